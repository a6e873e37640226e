use huntaze_domain::{accounts::settings::SessionView, client::ClientInfo, ids::SessionId};

use super::{AccountError, Audit};
use crate::{
    Core,
    db::{
        self,
        accounts::{audit::AuditKind, sessions::ActiveSession},
    },
};

/// Returns the active sessions of the user, newest first.
pub async fn list_sessions(core: &Core, current: &ActiveSession) -> Result<Vec<SessionView>, AccountError> {
    let mut sessions = db::accounts::sessions::list_open(&core.db, current.user.id, core.clock.now()).await?;
    for session in &mut sessions {
        session.is_current = session.id == current.id;
    }
    Ok(sessions)
}

/// Deletes one of the user's sessions.
///
/// # Errors
/// Returns [`AccountError::SessionNotFound`] if the session does not exist or belongs to another user.
pub async fn revoke_session(core: &Core, client: &ClientInfo, current: &ActiveSession, id: &str) -> Result<(), AccountError> {
    let id = id.parse::<SessionId>().map_err(|_| AccountError::SessionNotFound)?;
    let mut tx = db::begin(&core.db).await?;
    if !db::accounts::sessions::delete_of(&mut *tx, current.user.id, id).await? {
        return Err(AccountError::SessionNotFound);
    }
    Audit { core, client }.record(&mut *tx, Some(current.user.id), AuditKind::SessionRevoked).await?;
    tx.commit().await?;
    Ok(())
}
