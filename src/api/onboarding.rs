//! Onboarding: `/api/onboarding*`.

use huntaze_domain::onboarding::{Onboarding, OnboardingInput};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::ApiError;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;
#[cfg(feature = "ssr")]
use huntaze_domain::page::Page;

/// `GET /api/onboarding`: returns the answers so far and the step to continue with.
#[server(prefix = "/api", endpoint = "onboarding", input = GetUrl)]
pub async fn get_onboarding() -> Result<Onboarding, ApiError> {
    use crate::http::context;
    use huntaze_core::services::onboarding;
    let (core, user) = context::member()?;
    Ok(onboarding::find(&core, user.id).await?)
}

/// `POST /api/onboarding/step`: saves the answers of a step and redirects to the next step, the previous step or the home page.
#[server(prefix = "/api", endpoint = "onboarding/step")]
#[middleware(AcceptJson)]
pub async fn save_onboarding_step(#[server(flatten)] input: OnboardingInput) -> Result<Onboarding, ApiError> {
    use crate::http::context;
    use huntaze_core::services::onboarding;
    let (core, user) = context::member()?;
    let saved = onboarding::save_step(&core, user.id, &input).await?;
    if let Some(page) = saved.leads_to {
        context::redirect(&page);
    }
    Ok(saved.known)
}

/// `POST /api/onboarding/complete`: completes the onboarding, optionally with the answers of a step, or with all of them at once.
#[server(prefix = "/api", endpoint = "onboarding/complete")]
#[middleware(AcceptJson)]
pub async fn complete_onboarding(#[server(flatten)] input: OnboardingInput) -> Result<Onboarding, ApiError> {
    use crate::http::context;
    use huntaze_core::services::onboarding;
    let (core, user) = context::member()?;
    let saved = onboarding::complete(&core, user.id, &input).await?;
    context::redirect(Page::Home.path());
    Ok(saved)
}
