//! User accounts.

use chrono::{DateTime, Utc};
use huntaze_domain::{
    accounts::{Plan, Role},
    ids::UserId,
    string_enum::StringEnum,
};
use sqlx::PgExecutor;

use crate::db::DbError;

/// Columns needed for login.
pub struct Credentials {
    /// Id of the user.
    pub id: UserId,
    /// Password hash as a PHC string.
    pub password_hash: String,
    /// Time at which the address was verified; `None` until the user has opened the mailed link.
    pub email_verified_at: Option<DateTime<Utc>>,
}

/// Returns the credentials for a normalised address, if there is an account.
pub async fn find_credentials(db: impl PgExecutor<'_>, email: &str) -> Result<Option<Credentials>, DbError> {
    let found = sqlx::query_as!(Credentials, "SELECT id, password_hash, email_verified_at FROM users WHERE email = $1", email);
    Ok(found.fetch_optional(db).await?)
}

/// Replaces a password hash by another one of the same password. Returns `false` if the password was changed in the meantime.
pub async fn replace_password_hash(db: impl PgExecutor<'_>, old: &Credentials, new: &str) -> Result<bool, DbError> {
    let replaced =
        sqlx::query!("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2", old.id.uuid(), old.password_hash, new);
    Ok(replaced.execute(db).await?.rows_affected() == 1)
}

/// A user to be inserted.
pub struct NewUser<'a> {
    /// Id of the user.
    pub id: UserId,
    /// Normalised address.
    pub email: &'a str,
    /// Password hash as a PHC string.
    pub password_hash: &'a str,
    /// Time of the registration.
    pub now: DateTime<Utc>,
}

/// Inserts an unverified user, or replaces the password of an existing unverified one. Returns the id of the user, or `None` if the address
/// belongs to a verified user, who is not changed.
pub async fn upsert_unverified(db: impl PgExecutor<'_>, user: &NewUser<'_>) -> Result<Option<UserId>, DbError> {
    let saved = sqlx::query_scalar!(
        "INSERT INTO users (id, email, password_hash, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $4)
         ON CONFLICT (email) DO UPDATE
            SET password_hash = excluded.password_hash, updated_at = excluded.updated_at
          WHERE users.email_verified_at IS NULL
         RETURNING id",
        user.id.uuid(),
        user.email,
        user.password_hash,
        user.now
    );
    Ok(saved.fetch_optional(db).await?.map(Into::into))
}

/// Returns the address of a user, or `None` if there is no such user.
pub async fn find_email(db: impl PgExecutor<'_>, id: UserId) -> Result<Option<String>, DbError> {
    Ok(sqlx::query_scalar!("SELECT email FROM users WHERE id = $1", id.uuid()).fetch_optional(db).await?)
}

/// Returns the times of creation and of the verification of the address.
pub async fn find_dates(db: impl PgExecutor<'_>, id: UserId) -> Result<(DateTime<Utc>, Option<DateTime<Utc>>), DbError> {
    let row = sqlx::query!("SELECT created_at, email_verified_at FROM users WHERE id = $1", id.uuid()).fetch_one(db).await?;
    Ok((row.created_at, row.email_verified_at))
}

/// Locks a user's row until the transaction ends and returns the password hash; `None` if there is no such user.
pub async fn lock_password_hash(db: impl PgExecutor<'_>, id: UserId) -> Result<Option<String>, DbError> {
    Ok(sqlx::query_scalar!("SELECT password_hash FROM users WHERE id = $1 FOR UPDATE", id.uuid()).fetch_optional(db).await?)
}

/// Marks the address as verified. Keeps the time of an earlier verification.
pub async fn set_verified(db: impl PgExecutor<'_>, id: UserId, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!("UPDATE users SET email_verified_at = coalesce(email_verified_at, $2), updated_at = $2 WHERE id = $1", id.uuid(), now)
        .execute(db)
        .await?;
    Ok(())
}

/// Replaces the password hash.
pub async fn set_password(db: impl PgExecutor<'_>, id: UserId, password_hash: &str, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!("UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1", id.uuid(), password_hash, now).execute(db).await?;
    Ok(())
}

/// Sets the display name; `None` removes it.
pub async fn set_name(db: impl PgExecutor<'_>, id: UserId, name: Option<&str>, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!("UPDATE users SET name = $2, updated_at = $3 WHERE id = $1", id.uuid(), name, now).execute(db).await?;
    Ok(())
}

/// Deletes a user and, by cascade, all their data. Audit events stay, without the user.
pub async fn delete(db: impl PgExecutor<'_>, id: UserId) -> Result<(), DbError> {
    sqlx::query!("DELETE FROM users WHERE id = $1", id.uuid()).execute(db).await?;
    Ok(())
}

/// Makes the user with this address an admin. Returns the user's id, or `None` if there is no such user.
pub async fn grant_admin(db: impl PgExecutor<'_>, email: &str, now: DateTime<Utc>) -> Result<Option<UserId>, DbError> {
    let granted = sqlx::query_scalar!("UPDATE users SET role = 'ADMIN', updated_at = $2 WHERE email = $1 RETURNING id", email, now);
    Ok(granted.fetch_optional(db).await?.map(Into::into))
}

/// Sets the plan of the user with this address. Returns the user's id, or `None` if there is no such user.
pub async fn set_plan(db: impl PgExecutor<'_>, email: &str, plan: Plan, now: DateTime<Utc>) -> Result<Option<UserId>, DbError> {
    let set = sqlx::query_scalar!("UPDATE users SET plan = $2, updated_at = $3 WHERE email = $1 RETURNING id", email, plan.as_str(), now);
    Ok(set.fetch_optional(db).await?.map(Into::into))
}

pub(super) fn parse_role(role: &str) -> Result<Role, DbError> {
    match role {
        "USER" => Ok(Role::User),
        "ADMIN" => Ok(Role::Admin),
        _ => Err(DbError::Inconsistent { table: "users", column: "role" }),
    }
}

pub(super) fn parse_plan(plan: &str) -> Result<Plan, DbError> {
    Plan::parse(plan).ok_or(DbError::Inconsistent { table: "users", column: "plan" })
}
