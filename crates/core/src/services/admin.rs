//! Operations of the command line: granting the admin role and setting plans.

pub mod connection_doctor;
pub mod jobs;

use chrono::{DateTime, Utc};
use huntaze_domain::{
    accounts::{Plan, normalize_email},
    ids::UserId,
};
use sqlx::{PgPool, Postgres, Transaction};

use crate::db::{
    self, DbError,
    accounts::audit::{AuditKind, NewEvent},
};

/// Grants the admin role to the user with this address. Returns `false` if there is none. There is no other way to become an admin.
pub async fn grant(db: &PgPool, email: &str, now: DateTime<Utc>) -> Result<bool, DbError> {
    let mut tx = db::begin(db).await?;
    let user_id = db::accounts::users::grant_admin(&mut *tx, &normalize_email(email), now).await?;
    note(tx, user_id, AuditKind::AdminGranted, now).await
}

/// Sets the plan of the user with this address. Returns `false` if there is none.
pub async fn set_plan(db: &PgPool, email: &str, plan: Plan, now: DateTime<Utc>) -> Result<bool, DbError> {
    let mut tx = db::begin(db).await?;
    let user_id = db::accounts::users::set_plan(&mut *tx, &normalize_email(email), plan, now).await?;
    note(tx, user_id, AuditKind::PlanChanged, now).await
}

/// Inserts an audit event and commits, if there is a user; returns whether there is.
async fn note(mut tx: Transaction<'_, Postgres>, user_id: Option<UserId>, kind: AuditKind, now: DateTime<Utc>) -> Result<bool, DbError> {
    if user_id.is_some() {
        db::accounts::audit::insert(
            &mut *tx,
            NewEvent { user_id, kind, subject: None, ip: "console", user_agent: None, request_id: "", now },
        )
        .await?;
        tx.commit().await?;
    }
    Ok(user_id.is_some())
}
