use huntaze_domain::{client::ClientInfo, settings::SessionView};
use uuid::Uuid;

use super::{AuthError, audit};
use crate::{
    Core,
    db::{self, audit::AuditKind, sessions::ActiveSession},
};

/// Returns the active sessions of the user, newest first.
pub async fn list_sessions(core: &Core, current: &ActiveSession) -> Result<Vec<SessionView>, AuthError> {
    let mut sessions = db::sessions::list_open(&core.db, current.user.id, core.clock.now()).await?;
    for session in &mut sessions {
        session.is_current = session.id == current.id;
    }
    Ok(sessions)
}

/// Deletes one of the user's sessions.
///
/// # Errors
/// Returns [`AuthError::SessionNotFound`] if the session does not exist or belongs to another user.
pub async fn revoke_session(core: &Core, client: &ClientInfo, current: &ActiveSession, id: &str) -> Result<(), AuthError> {
    let id = id.parse::<Uuid>().map_err(|_| AuthError::SessionNotFound)?;
    let mut tx = db::begin(&core.db).await?;
    if !db::sessions::delete_of(&mut *tx, current.user.id, id).await? {
        return Err(AuthError::SessionNotFound);
    }
    audit(core, &mut *tx, client, Some(current.user.id), AuditKind::SessionRevoked).await?;
    tx.commit().await?;
    Ok(())
}
