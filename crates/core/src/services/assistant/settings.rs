//! AI settings of a user.

use huntaze_domain::{
    accounts::CurrentUser,
    assistant::settings::{AiSettings, AiSettingsInput},
    month::first_of_month,
};

use crate::{Core, db, services::ai_error::AiError};

/// Returns the user's AI settings and the cost of the current month.
pub async fn settings(core: &Core, user: &CurrentUser) -> Result<AiSettings, AiError> {
    let stored = db::assistant::settings::find(&core.db, user.id).await?;
    let spent_micro_usd = db::billing::ledger::month_cost_micro_usd(&core.db, user.id, first_of_month(core.clock.now())).await?;
    Ok(AiSettings { plan: user.plan, voice: stored.voice, monthly_cap_micro_usd: stored.monthly_cap_micro_usd, spent_micro_usd })
}

/// Saves the user's AI settings.
///
/// # Errors
/// Returns an error if the input is invalid or a database query fails.
pub async fn save_settings(core: &Core, user: &CurrentUser, input: &AiSettingsInput) -> Result<(), AiError> {
    let (voice, cap) = input.parse().map_err(AiError::InvalidInput)?;
    Ok(db::assistant::settings::save(&core.db, user.id, &voice, cap).await?)
}
