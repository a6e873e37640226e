//! What the services that call a model share: its status, the calls, and structured completions.

pub(in crate::services) mod model_calls;
pub(in crate::services) mod structured;

use huntaze_domain::{accounts::Role, ai::AiStatus};

use crate::{Core, ai::LanguageModel, services::ai_error::AiError};

/// Returns whether a model is configured; for admins also the names of missing environment variables.
pub fn status(core: &Core, role: Role) -> AiStatus {
    let model = core.model.as_deref();
    let missing = if model.is_none() && role == Role::Admin { vec!["GEMINI_API_KEY".to_owned()] } else { Vec::new() };
    AiStatus { is_available: model.is_some(), is_sandbox: model.is_some_and(LanguageModel::is_sandbox), missing_variables: missing }
}

pub(in crate::services) fn model(core: &Core) -> Result<&dyn LanguageModel, AiError> {
    core.model.as_deref().ok_or(AiError::NotConfigured)
}
