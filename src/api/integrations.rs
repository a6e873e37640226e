//! Accounts at platforms: `/api/integrations/*`. Addresses that name an account are plain handlers, in `server::routes`; these are the same
//! for forms, which can neither `DELETE` nor fill in an address.
#![expect(missing_docs, reason = "the fields of the structs that the macro makes are the documented arguments")]

use huntaze_domain::{
    account::StatusView,
    integration::{AuthorizeView, DisconnectOutcome, IntegrationHistory, IntegrationView, IntegrationsStatus},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiClient;
use crate::error::ApiError;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;

/// `GET /api/integrations/status`: the creator's accounts and how they are.
#[server(prefix = "/api", endpoint = "integrations/status", input = GetUrl)]
pub async fn get_integrations_status() -> Result<IntegrationsStatus, ApiError> {
    use crate::http::context;
    use huntaze_core::services::integrations;
    let user = context::authenticated()?.user;
    Ok(integrations::status(&context::core()?, user.id).await?)
}

/// `GET /api/integrations/events?id=`: what happened to an account, the newest first.
#[server(prefix = "/api", endpoint = "integrations/events", input = GetUrl)]
pub async fn get_integration_events(#[server(default)] id: String) -> Result<IntegrationHistory, ApiError> {
    use crate::http::context;
    use huntaze_core::services::integrations;
    let user = context::authenticated()?.user;
    Ok(integrations::history(&context::core()?, user.id, &id).await?)
}

/// `POST /api/integrations/connect`: sends the creator to the platform's consent page; with the id of an account, to reconnect that one.
#[server(prefix = "/api", endpoint = "integrations/connect", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn connect_integration(
    #[server(default)] provider: String,
    #[server(default)] account: String,
) -> Result<AuthorizeView, ApiError> {
    use crate::http::context;
    use huntaze_core::services::integrations;
    let (state, current) = (context::core()?, context::authenticated()?);
    let account = Some(account.as_str()).filter(|id| !id.is_empty());
    let authorize_url = integrations::connect(&state, &current, integrations::platform(&provider)?, account).await?.to_string();
    context::redirect(&authorize_url);
    Ok(AuthorizeView { authorize_url })
}

/// `POST /api/integrations/refresh`: reads an account now.
#[server(prefix = "/api", endpoint = "integrations/refresh", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn refresh_integration(#[server(default)] id: String) -> Result<IntegrationView, ApiError> {
    use crate::http::context;
    use huntaze_core::services::integrations;
    Ok(integrations::refresh(&context::core()?, &context::authenticated()?, None, &id).await?)
}

/// `POST /api/integrations/disconnect`: withdraws our access and forgets it here; the figures stay unless `history` is `delete`.
#[server(prefix = "/api", endpoint = "integrations/disconnect", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn disconnect_integration(
    #[server(default)] id: String,
    #[server(default)] history: String,
) -> Result<StatusView<DisconnectOutcome>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::integrations;
    use huntaze_domain::{choice::Choice, error::ErrorCode, integration::History};
    let history = if history.is_empty() { Some(History::default()) } else { History::parse(&history) };
    let history = history.ok_or(ErrorCode::InvalidInput)?;
    let (state, current) = (context::core()?, context::authenticated()?);
    let outcome = integrations::disconnect(&state, &context::client(), &current, None, &id, history).await?;
    context::redirect(&format!("/integrations?disconnected={}", outcome.as_str()));
    Ok(outcome.into())
}
