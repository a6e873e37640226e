//! Onboarding in three steps. Every step is saved at once, so that the user can continue on another device.

use huntaze_domain::{
    ids::UserId,
    onboarding::{Onboarding, OnboardingInput, STEP_COUNT, StepAction, StepSubmission},
    page::Page,
    validation::FieldErrors,
};

use crate::{
    Core,
    db::{self, DbError},
    error::{InternalError, internal_errors},
};

/// Errors of onboarding operations.
#[derive(Debug, thiserror::Error)]
pub enum OnboardingError {
    /// The input failed validation; holds the errors by field name.
    #[error("invalid input")]
    InvalidInput(FieldErrors),
    /// A failure that is not the caller's.
    #[error(transparent)]
    Internal(InternalError),
}

internal_errors!(OnboardingError: DbError, sqlx::Error);

/// Returns the user's onboarding answers and progress.
pub async fn find(core: &Core, user_id: UserId) -> Result<Onboarding, OnboardingError> {
    Ok(db::onboarding::find(&core.db, user_id).await?)
}

/// Result of saving a step.
pub struct SavedStep {
    /// Answers and progress after saving.
    pub known: Onboarding,
    /// Path of the next page; `None` if the user stays on the step.
    pub leads_to: Option<String>,
}

/// Saves a step, unless it is skipped, and moves as the input says. Moving past the last step completes onboarding.
///
/// # Errors
/// Returns an error if the input is invalid, and saves nothing then, or if a database query fails.
pub async fn save_step(core: &Core, user_id: UserId, input: &OnboardingInput) -> Result<SavedStep, OnboardingError> {
    let StepSubmission { action, step } = input.parse().map_err(OnboardingError::InvalidInput)?;
    let now = core.clock.now();
    let next = match action {
        StepAction::Stay => step.number(),
        StepAction::Back => step.number() - 1,
        StepAction::Skip | StepAction::Continue => step.number() + 1,
    };
    let mut tx = db::begin(&core.db).await?;
    if action != StepAction::Skip {
        db::onboarding::save_answers(&mut *tx, user_id, &step, now).await?;
    }
    if action != StepAction::Stay {
        db::onboarding::set_step(&mut *tx, user_id, next.clamp(1, STEP_COUNT), now).await?;
    }
    if next > STEP_COUNT {
        db::onboarding::complete(&mut *tx, user_id, now).await?;
    }
    let known = db::onboarding::find(&mut *tx, user_id).await?;
    let change = core.data_cache.change(user_id);
    tx.commit().await?;
    change.done().await;
    let leads_to = match action {
        StepAction::Stay => None,
        _ if next > STEP_COUNT => Some(Page::Home.path().to_owned()),
        _ => Some(known.page().path().to_owned()),
    };
    Ok(SavedStep { known, leads_to })
}

/// Completes onboarding, saving whatever answers `input` has. Idempotent.
///
/// # Errors
/// Returns an error if the input is invalid or a database query fails.
pub async fn complete(core: &Core, user_id: UserId, input: &OnboardingInput) -> Result<Onboarding, OnboardingError> {
    let all = input.parse_all().map_err(OnboardingError::InvalidInput)?;
    let now = core.clock.now();
    let mut tx = db::begin(&core.db).await?;
    for answers in &all {
        db::onboarding::save_answers(&mut *tx, user_id, answers, now).await?;
    }
    db::onboarding::complete(&mut *tx, user_id, now).await?;
    let saved = db::onboarding::find(&mut *tx, user_id).await?;
    let change = core.data_cache.change(user_id);
    tx.commit().await?;
    change.done().await;
    Ok(saved)
}

/// Returns the path to open after login: the current onboarding step, or home if onboarding is complete.
pub async fn landing(core: &Core, user_id: UserId) -> Result<String, OnboardingError> {
    let known = find(core, user_id).await?;
    Ok(if known.completed_at.is_some() { Page::Home.path().to_owned() } else { known.page().path().to_owned() })
}
