use uuid::Uuid;

use super::{AuthError, audit};
use crate::{
    domain::settings::SessionView,
    server::{
        context::ClientInfo,
        db::{self, audit::AuditKind, sessions::OpenSession},
        state::AppState,
    },
};

/// The devices that are signed in, the newest first.
///
/// # Errors
/// The database does not answer.
pub async fn list_sessions(state: &AppState, current: &OpenSession) -> Result<Vec<SessionView>, AuthError> {
    let mut sessions = db::sessions::list_open(&state.db, current.user.id, state.clock.now()).await?;
    for session in &mut sessions {
        session.is_current = session.id == current.id;
    }
    Ok(sessions)
}

/// Signs one of the owner's devices out.
///
/// # Errors
/// [`AuthError::SessionUnknown`] also for somebody else's.
pub async fn revoke_session(state: &AppState, client: &ClientInfo, current: &OpenSession, id: &str) -> Result<(), AuthError> {
    let id = id.parse::<Uuid>().map_err(|_| AuthError::SessionUnknown)?;
    let mut tx = db::begin(&state.db).await?;
    if !db::sessions::delete_of(&mut *tx, current.user.id, id).await? {
        return Err(AuthError::SessionUnknown);
    }
    audit(state, &mut *tx, client, Some(current.user.id), AuditKind::SessionRevoked).await?;
    tx.commit().await?;
    Ok(())
}
