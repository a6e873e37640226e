//! Connected platform accounts: `/api/integrations/*`. Endpoints with parameters in the path are plain handlers in `server::routes`. The
//! functions here are their equivalents for HTML forms, which can neither send `DELETE` nor set path parameters.

use huntaze_domain::{
    account::StatusView,
    integration::{AuthorizeView, DisconnectOutcome, IntegrationHistory, IntegrationView, IntegrationsStatus},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiClient;
use crate::error::ApiError;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;

/// `GET /api/integrations/status`: returns the user's accounts and their status.
#[server(prefix = "/api", endpoint = "integrations/status", input = GetUrl)]
pub async fn get_integrations_status() -> Result<IntegrationsStatus, ApiError> {
    use crate::http::context;
    use huntaze_core::services::integrations;
    let (core, user) = context::member()?;
    Ok(integrations::status(&core, user.id).await?)
}

/// `GET /api/integrations/events?id=`: returns the event log of an account, newest first.
#[server(prefix = "/api", endpoint = "integrations/events", input = GetUrl)]
pub async fn get_integration_events(#[server(default)] id: String) -> Result<IntegrationHistory, ApiError> {
    use crate::http::context;
    use huntaze_core::services::integrations;
    let (core, user) = context::member()?;
    Ok(integrations::history(&core, user.id, &id).await?)
}

/// `POST /api/integrations/connect`: redirects the user to the platform's consent page; with the id of an account, to reconnect that
/// account.
#[server(prefix = "/api", endpoint = "integrations/connect", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn connect_integration(
    #[server(default)] provider: String,
    #[server(default)] account: String,
) -> Result<AuthorizeView, ApiError> {
    use crate::http::context;
    use huntaze_core::services::integrations;
    let (core, current) = (context::core()?, context::authenticated()?);
    let account = Some(account.as_str()).filter(|id| !id.is_empty());
    let authorize_url = integrations::connect(&core, &current, integrations::platform(&provider)?, account).await?.to_string();
    context::redirect(&authorize_url);
    Ok(AuthorizeView { authorize_url })
}

/// `POST /api/integrations/refresh`: syncs an account now.
#[server(prefix = "/api", endpoint = "integrations/refresh", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn refresh_integration(#[server(default)] id: String) -> Result<IntegrationView, ApiError> {
    use crate::http::context;
    use huntaze_core::services::integrations;
    Ok(integrations::refresh(&context::core()?, &context::authenticated()?, None, &id).await?)
}

/// `POST /api/integrations/disconnect`: revokes the access at the platform and deletes the tokens. The collected data is kept unless
/// `history` is `delete`.
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
    let (core, current) = (context::core()?, context::authenticated()?);
    let outcome = integrations::disconnect(&core, &context::client(), &current, None, &id, history).await?;
    context::redirect(&format!("/integrations?disconnected={}", outcome.as_str()));
    Ok(outcome.into())
}
