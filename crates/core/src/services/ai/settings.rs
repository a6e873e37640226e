//! What a creator sets for AI.

use huntaze_domain::{
    account::CurrentUser,
    ai::settings::{AiSettings, AiSettingsInput},
    month::first_of_month,
};

use super::AiError;
use crate::{Core, db};

/// What is set, and what this month came to.
///
/// # Errors
/// The database does not answer.
pub async fn settings(core: &Core, user: &CurrentUser) -> Result<AiSettings, AiError> {
    let stored = db::ai_settings::find(&core.db, user.id).await?;
    let spent_micro = db::ai_ledger::spent(&core.db, user.id, first_of_month(core.clock.now())).await?;
    Ok(AiSettings { plan: user.plan, voice: stored.voice, monthly_cap_micro: stored.monthly_cap_micro, spent_micro })
}

/// Sets it.
///
/// # Errors
/// Invalid input, or the database does not answer.
pub async fn save_settings(core: &Core, user: &CurrentUser, input: &AiSettingsInput) -> Result<(), AiError> {
    let (voice, cap) = input.parse().map_err(AiError::Invalid)?;
    Ok(db::ai_settings::save(&core.db, user.id, &voice, cap).await?)
}
