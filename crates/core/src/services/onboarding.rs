//! The three questions at first. Every answer is saved as it is given, so that another device can go on.

use huntaze_domain::{
    navigation::HOME,
    onboarding::{Answers, Move, Onboarding, OnboardingInput, STEPS},
    validation::FieldErrors,
};
use uuid::Uuid;

use crate::{
    Core,
    db::{self, DbError},
    error::{InternalError, internal_errors},
};

/// Why an answer was not saved.
#[derive(Debug, thiserror::Error)]
pub enum OnboardingError {
    /// The input breaks rules.
    #[error("invalid input")]
    Invalid(FieldErrors),
    /// A failure that is not the caller's.
    #[error(transparent)]
    Internal(InternalError),
}

internal_errors!(OnboardingError: DbError, sqlx::Error);

/// What is known of a creator.
///
/// # Errors
/// The database does not answer.
pub async fn find(core: &Core, user_id: Uuid) -> Result<Onboarding, OnboardingError> {
    Ok(db::onboarding::find(&core.db, user_id).await?)
}

/// A step that was saved.
pub struct SavedStep {
    /// All that is known now.
    pub known: Onboarding,
    /// The page to go on to, if the step was left.
    pub leads_to: Option<String>,
}

/// Saves a step and goes where the input says; past the last step all is done.
///
/// # Errors
/// Invalid input: then nothing is saved. Or the database does not answer.
pub async fn save_step(core: &Core, user_id: Uuid, input: &OnboardingInput) -> Result<SavedStep, OnboardingError> {
    let Answers { action, step } = input.parse().map_err(OnboardingError::Invalid)?;
    let now = core.clock.now();
    let next = match action {
        Move::Stay => step.number(),
        Move::Back => step.number() - 1,
        Move::Skip | Move::Continue => step.number() + 1,
    };
    let mut tx = db::begin(&core.db).await?;
    if action != Move::Skip {
        db::onboarding::save_answers(&mut *tx, user_id, &step, now).await?;
    }
    if action != Move::Stay {
        db::onboarding::set_step(&mut *tx, user_id, next.clamp(1, STEPS), now).await?;
    }
    if next > STEPS {
        db::onboarding::complete(&mut *tx, user_id, now).await?;
    }
    let known = db::onboarding::find(&mut *tx, user_id).await?;
    tx.commit().await?;
    let leads_to = match action {
        Move::Stay => None,
        _ if next > STEPS => Some(HOME.to_owned()),
        _ => Some(known.page()),
    };
    Ok(SavedStep { known, leads_to })
}

/// Finishes, perhaps with last answers. A second time changes nothing.
///
/// # Errors
/// Invalid input, or the database does not answer.
pub async fn complete(core: &Core, user_id: Uuid, input: &OnboardingInput) -> Result<Onboarding, OnboardingError> {
    let answers = if *input == OnboardingInput::default() { None } else { Some(input.parse().map_err(OnboardingError::Invalid)?) };
    let now = core.clock.now();
    let mut tx = db::begin(&core.db).await?;
    if let Some(answers) = answers {
        db::onboarding::save_answers(&mut *tx, user_id, &answers.step, now).await?;
    }
    db::onboarding::complete(&mut *tx, user_id, now).await?;
    let saved = db::onboarding::find(&mut *tx, user_id).await?;
    tx.commit().await?;
    Ok(saved)
}

/// Where to go after signing in: to the open question, or home.
///
/// # Errors
/// The database does not answer.
pub async fn landing(core: &Core, user_id: Uuid) -> Result<String, OnboardingError> {
    let known = find(core, user_id).await?;
    Ok(if known.completed_at.is_some() { HOME.to_owned() } else { known.page() })
}
