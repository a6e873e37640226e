use huntaze_domain::{client::ClientInfo, settings::SessionView};
use uuid::Uuid;

use super::{AuthError, audit};
use crate::{
    Core,
    db::{self, audit::AuditKind, sessions::OpenSession},
};

/// The devices that are signed in, the newest first.
///
/// # Errors
/// The database does not answer.
pub async fn list_sessions(core: &Core, current: &OpenSession) -> Result<Vec<SessionView>, AuthError> {
    let mut sessions = db::sessions::list_open(&core.db, current.user.id, core.clock.now()).await?;
    for session in &mut sessions {
        session.is_current = session.id == current.id;
    }
    Ok(sessions)
}

/// Signs one of the owner's devices out.
///
/// # Errors
/// [`AuthError::SessionUnknown`] also for somebody else's.
pub async fn revoke_session(core: &Core, client: &ClientInfo, current: &OpenSession, id: &str) -> Result<(), AuthError> {
    let id = id.parse::<Uuid>().map_err(|_| AuthError::SessionUnknown)?;
    let mut tx = db::begin(&core.db).await?;
    if !db::sessions::delete_of(&mut *tx, current.user.id, id).await? {
        return Err(AuthError::SessionUnknown);
    }
    audit(core, &mut *tx, client, Some(current.user.id), AuditKind::SessionRevoked).await?;
    tx.commit().await?;
    Ok(())
}
