//! What operators do.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::{
    domain::account::normalize_email,
    server::db::{
        self, DbError,
        audit::{AuditKind, NewEvent},
    },
};

/// Makes the owner of an address an administrator. `false`: there is no such account. The only way there is.
///
/// # Errors
/// The database does not answer.
pub async fn grant(db: &PgPool, email: &str, now: DateTime<Utc>) -> Result<bool, DbError> {
    let mut tx = db.begin().await?;
    let Some(user_id) = db::users::grant_admin(&mut *tx, &normalize_email(email), now).await? else { return Ok(false) };
    let event = NewEvent { user_id: Some(user_id), kind: AuditKind::AdminGranted, ip: "console", user_agent: None, request_id: "", now };
    db::audit::insert(&mut *tx, event).await?;
    tx.commit().await?;
    Ok(true)
}
