//! Accounts at platforms: `/api/integrations/*`. Addresses that name an account are plain handlers, in `server::routes`; these are the same
//! for forms, which can neither `DELETE` nor fill in an address.
#![expect(missing_docs, reason = "the fields of the structs that the macro makes are the documented arguments")]

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

use super::ApiClient;
#[cfg(feature = "ssr")]
use crate::server::middleware::accept_json::AcceptJson;
use crate::{
    domain::{
        account::StatusView,
        integration::{AuthorizeView, DisconnectOutcome, IntegrationView, IntegrationsStatus},
    },
    error::ApiError,
};

/// `GET /api/integrations/status`: the creator's accounts and how they are.
#[server(prefix = "/api", endpoint = "integrations/status", input = GetUrl)]
pub async fn get_integrations_status() -> Result<IntegrationsStatus, ApiError> {
    use crate::server::{context, services::integrations};
    let user = context::authenticated()?.user;
    Ok(integrations::status(&context::state()?, user.id).await?)
}

/// `POST /api/integrations/connect`: sends the creator to the platform's consent page.
#[server(prefix = "/api", endpoint = "integrations/connect", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn connect_integration(#[server(default)] provider: String) -> Result<AuthorizeView, ApiError> {
    use crate::server::{context, services::integrations};
    let (state, current) = (context::state()?, context::authenticated()?);
    let authorize_url = integrations::connect(&state, &current, integrations::platform(&provider)?).await?.to_string();
    context::redirect(&authorize_url);
    Ok(AuthorizeView { authorize_url })
}

/// `POST /api/integrations/refresh`: reads an account now.
#[server(prefix = "/api", endpoint = "integrations/refresh", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn refresh_integration(#[server(default)] id: String) -> Result<IntegrationView, ApiError> {
    use crate::server::{context, services::integrations};
    Ok(integrations::refresh(&context::state()?, &context::authenticated()?, None, &id).await?)
}

/// `POST /api/integrations/disconnect`: withdraws our access and deletes an account here.
#[server(prefix = "/api", endpoint = "integrations/disconnect", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn disconnect_integration(#[server(default)] id: String) -> Result<StatusView<DisconnectOutcome>, ApiError> {
    use crate::{
        domain::choice::Choice,
        server::{context, services::integrations},
    };
    let (state, current) = (context::state()?, context::authenticated()?);
    let outcome = integrations::disconnect(&state, &context::client(), &current, None, &id).await?;
    context::redirect(&format!("/integrations?disconnected={}", outcome.as_str()));
    Ok(outcome.into())
}
