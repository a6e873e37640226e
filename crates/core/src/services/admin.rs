//! Operations of the command line: granting the admin role and setting plans.

pub mod connection_doctor;
pub mod jobs;

use huntaze_domain::{
    accounts::{Plan, normalize_email},
    ids::UserId,
};
use sqlx::{Postgres, Transaction};

use crate::{
    Core,
    db::{
        self, DbError,
        accounts::audit::{AuditKind, NewEvent},
    },
};

/// Grants the admin role to the user with this address. Returns `false` if there is none. There is no other way to become an admin.
pub async fn grant(core: &Core, email: &str) -> Result<bool, DbError> {
    let mut tx = db::begin(&core.db).await?;
    let user_id = db::accounts::users::grant_admin(&mut *tx, &normalize_email(email), core.clock.now()).await?;
    finish(core, tx, user_id, AuditKind::AdminGranted).await
}

/// Sets the plan of the user with this address. Returns `false` if there is none.
pub async fn set_plan(core: &Core, email: &str, plan: Plan) -> Result<bool, DbError> {
    let mut tx = db::begin(&core.db).await?;
    let user_id = db::accounts::users::set_plan(&mut *tx, &normalize_email(email), plan, core.clock.now()).await?;
    finish(core, tx, user_id, AuditKind::PlanChanged).await
}

/// Inserts an audit event and commits, if there is a user; returns whether there is. The user's sessions know of the change at once.
async fn finish(core: &Core, mut tx: Transaction<'_, Postgres>, user_id: Option<UserId>, kind: AuditKind) -> Result<bool, DbError> {
    let Some(user_id) = user_id else { return Ok(false) };
    let console =
        NewEvent { user_id: Some(user_id), kind, subject: None, ip: "console", user_agent: None, request_id: "", now: core.clock.now() };
    db::accounts::audit::insert(&mut *tx, console).await?;
    core.session_cache.forget(&db::accounts::sessions::token_hashes(&mut *tx, user_id).await?).await;
    tx.commit().await?;
    Ok(true)
}
