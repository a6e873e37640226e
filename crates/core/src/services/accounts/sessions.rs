use chrono::TimeDelta;
use huntaze_domain::{
    accounts::{
        security::{EVENTS_PER_PAGE, SecurityEvents},
        settings::SessionView,
    },
    client::ClientInfo,
    ids::{SessionId, UserId},
    month::first_of_month,
};

use super::{AccountError, Audit, incidents};
use crate::{
    Core,
    db::{
        self, DbError,
        accounts::{audit::AuditKind, sessions::ActiveSession},
    },
    error::chain,
    infra::token::hash_of,
    services::paging,
};

/// Resolution of a session's `last_seen_at`. Updating it on every request would be too expensive.
const LAST_SEEN_RESOLUTION: TimeDelta = TimeDelta::minutes(1);

/// Returns the session with this token, or `None` if there is none or it has expired, or its user has signed out of it; with the requests that count against the quota of AI, if
/// `with_quota`.
pub async fn open_session(core: &Core, token: &str, with_quota: bool) -> Result<Option<ActiveSession>, DbError> {
    let Some(hash) = hash_of(token) else { return Ok(None) };
    let now = core.clock.now();
    if let Some(session) = core.session_cache.get::<ActiveSession>(&hash, now).await {
        return Ok(Some(session).filter(|session| session.expires_at > now));
    }
    let quota_month = with_quota.then(|| first_of_month(now));
    let Some(session) = db::accounts::sessions::find_open(&core.db, &hash, quota_month, now).await? else { return Ok(None) };
    core.session_cache.put(&hash, &session, now).await;
    if now - session.last_seen_at >= LAST_SEEN_RESOLUTION {
        db::accounts::sessions::touch(&core.db, session.id, now).await?;
    }
    Ok(Some(session))
}

/// Tells a user that somebody has the token of a session that the user has signed out of. A failure is only logged.
pub async fn note_closed_session(core: &Core, client: &ClientInfo, token: &str) {
    let Some(hash) = hash_of(token) else { return };
    if let Err(error) = incidents::note_unknown_session(core, client, &hash).await {
        tracing::error!(error = chain(&error), "failed to check whether a token was signed out");
    }
}

/// Returns the active sessions of the user, newest first.
pub async fn list_sessions(core: &Core, current: &ActiveSession) -> Result<Vec<SessionView>, AccountError> {
    let mut sessions = db::accounts::sessions::list_open(&core.db, current.user.id, core.clock.now()).await?;
    for session in &mut sessions {
        session.is_current = session.id == current.id;
    }
    Ok(sessions)
}

/// Returns a page of the security events of a user, counted from 1, newest first.
///
/// # Errors
/// A database query failed.
pub async fn security_events(core: &Core, user_id: UserId, page: u32) -> Result<SecurityEvents, AccountError> {
    let read = |slice| db::accounts::audit::page(&core.db, user_id, slice);
    let paging::Page { items: events, number: page, pages, .. } = paging::page(page, EVENTS_PER_PAGE, read).await?;
    Ok(SecurityEvents { page, pages, events })
}

/// Deletes one of the user's sessions.
///
/// # Errors
/// Returns [`AccountError::SessionNotFound`] if the session does not exist or belongs to another user.
pub async fn revoke_session(core: &Core, client: &ClientInfo, current: &ActiveSession, id: &str) -> Result<(), AccountError> {
    let id = id.parse::<SessionId>().map_err(|_| AccountError::SessionNotFound)?;
    let mut tx = db::begin(&core.db).await?;
    let hash = db::accounts::sessions::delete_of(&mut *tx, current.user.id, id).await?.ok_or(AccountError::SessionNotFound)?;
    Audit { core, client }.record(&mut *tx, Some(current.user.id), AuditKind::SessionRevoked).await?;
    core.session_cache.forget(&[hash]).await;
    tx.commit().await?;
    Ok(())
}
