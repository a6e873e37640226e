//! Answers to the onboarding questions.

use chrono::{DateTime, Utc};
use huntaze_domain::{
    ids::UserId,
    money::Currency,
    onboarding::{Onboarding, StepAnswers},
    string_enum::StringEnum,
};
use sqlx::PgExecutor;

use super::DbError;

/// Returns the answers of a user; step 1 without answers if nothing is stored.
pub async fn find(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Onboarding, DbError> {
    let row = sqlx::query!(
        "SELECT step, content_types, platforms, goals, revenue_goal_minor, currency, completed_at FROM onboarding WHERE user_id = $1",
        user_id.uuid()
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(Onboarding { step: 1, ..Onboarding::default() }) };
    Ok(Onboarding {
        step: row.step.try_into().map_err(|_| inconsistent("step"))?,
        content_types: choices(&row.content_types, "content_types")?,
        platforms: choices(&row.platforms, "platforms")?,
        goals: choices(&row.goals, "goals")?,
        revenue_goal_minor: row.revenue_goal_minor,
        currency: Currency::parse(&row.currency).ok_or_else(|| inconsistent("currency"))?,
        completed_at: row.completed_at,
    })
}

/// Upserts the answers of one step. The answers of the other steps and the current step stay as they are; a new row starts at the answered
/// step.
pub async fn save_answers(db: impl PgExecutor<'_>, user_id: UserId, answers: &StepAnswers, now: DateTime<Utc>) -> Result<(), DbError> {
    match answers {
        StepAnswers::ContentTypes(types) => save_content_types(db, user_id, &words(types), now).await,
        StepAnswers::Platforms(platforms) => save_platforms(db, user_id, &words(platforms), now).await,
        StepAnswers::Goals { goals, revenue_goal_minor, currency } => {
            sqlx::query!(
                "INSERT INTO onboarding (user_id, step, goals, revenue_goal_minor, currency, updated_at) VALUES ($1, 3, $2, $3, $4, $5)
                 ON CONFLICT (user_id) DO UPDATE
                    SET goals = excluded.goals, revenue_goal_minor = excluded.revenue_goal_minor, currency = excluded.currency,
                        updated_at = excluded.updated_at",
                user_id.uuid(),
                &words(goals),
                *revenue_goal_minor,
                currency.code(),
                now
            )
            .execute(db)
            .await?;
            Ok(())
        }
    }
}

async fn save_content_types(db: impl PgExecutor<'_>, user_id: UserId, types: &[String], now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO onboarding (user_id, step, content_types, updated_at) VALUES ($1, 1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET content_types = excluded.content_types, updated_at = excluded.updated_at",
        user_id.uuid(),
        types,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn save_platforms(db: impl PgExecutor<'_>, user_id: UserId, platforms: &[String], now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO onboarding (user_id, step, platforms, updated_at) VALUES ($1, 2, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET platforms = excluded.platforms, updated_at = excluded.updated_at",
        user_id.uuid(),
        platforms,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Sets the step that the user continues with.
pub async fn set_step(db: impl PgExecutor<'_>, user_id: UserId, step: u8, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO onboarding (user_id, step, updated_at) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET step = excluded.step, updated_at = excluded.updated_at",
        user_id.uuid(),
        i16::from(step),
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Marks the onboarding as completed. Idempotent: the first completion time is kept.
pub async fn complete(db: impl PgExecutor<'_>, user_id: UserId, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO onboarding (user_id, step, completed_at, updated_at) VALUES ($1, 3, $2, $2)
         ON CONFLICT (user_id) DO UPDATE SET completed_at = coalesce(onboarding.completed_at, excluded.completed_at)",
        user_id.uuid(),
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

fn words<C: StringEnum>(choices: &[C]) -> Vec<String> {
    choices.iter().map(|choice| choice.as_str().to_owned()).collect()
}

fn choices<C: StringEnum>(words: &[String], column: &'static str) -> Result<Vec<C>, DbError> {
    words.iter().map(|word| C::parse(word).ok_or_else(|| inconsistent(column))).collect()
}

const fn inconsistent(column: &'static str) -> DbError {
    DbError::Inconsistent { table: "onboarding", column }
}
