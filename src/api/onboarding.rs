//! The questions at first: `/api/onboarding*`.
#![expect(missing_docs, reason = "the fields of the structs that the macro makes are the documented arguments")]

use huntaze_domain::onboarding::{Onboarding, OnboardingInput};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiClient;
use crate::error::ApiError;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;

/// `GET /api/onboarding`: the answers so far, and the step to go on with.
#[server(prefix = "/api", endpoint = "onboarding", input = GetUrl)]
pub async fn get_onboarding() -> Result<Onboarding, ApiError> {
    use crate::http::context;
    use huntaze_core::services::onboarding;
    let user = context::authenticated()?.user;
    Ok(onboarding::find(&context::core()?, user.id).await?)
}

/// `POST /api/onboarding/step`: saves the answers of a step and leads to the next, or back, or home.
#[server(prefix = "/api", endpoint = "onboarding/step", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn save_onboarding_step(#[server(flatten)] input: OnboardingInput) -> Result<Onboarding, ApiError> {
    use crate::http::context;
    use huntaze_core::services::onboarding;
    let user = context::authenticated()?.user;
    let saved = onboarding::save_step(&context::core()?, user.id, &input).await?;
    if let Some(page) = saved.leads_to {
        context::redirect(&page);
    }
    Ok(saved.known)
}

/// `POST /api/onboarding/complete`: finishes, perhaps with the answers of a step. A second time changes nothing.
#[server(prefix = "/api", endpoint = "onboarding/complete", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn complete_onboarding(#[server(flatten)] input: OnboardingInput) -> Result<Onboarding, ApiError> {
    use crate::http::context;
    use huntaze_core::services::onboarding;
    let user = context::authenticated()?.user;
    let saved = onboarding::complete(&context::core()?, user.id, &input).await?;
    context::redirect(huntaze_domain::navigation::HOME);
    Ok(saved)
}
