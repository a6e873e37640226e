//! Connected platform accounts: `/api/integrations/*`. Endpoints with parameters in the path are plain handlers in `server::routes`. The
//! functions here are their equivalents for HTML forms, which can neither send `DELETE` nor set path parameters.

use huntaze_domain::{
    accounts::StatusView,
    integrations::{AuthorizeView, DisconnectOutcome, IntegrationEventLog, IntegrationView, IntegrationsStatus},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::ApiError;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;
#[cfg(feature = "ssr")]
use huntaze_domain::page::Page;

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
pub async fn get_integration_events(#[server(default)] id: String) -> Result<IntegrationEventLog, ApiError> {
    use crate::http::context;
    use huntaze_core::services::integrations;
    let (core, user) = context::member()?;
    Ok(integrations::event_log(&core, user.id, &id).await?)
}

/// `POST /api/integrations/connect`: redirects the user to the platform's consent page; with the id of an account, to reconnect that
/// account.
#[server(prefix = "/api", endpoint = "integrations/connect")]
#[middleware(AcceptJson)]
pub async fn connect_integration(
    #[server(default)] provider: String,
    #[server(default)]
    #[server(rename = "integrationId")]
    integration_id: String,
) -> Result<AuthorizeView, ApiError> {
    use crate::http::context;
    use huntaze_core::services::integrations;
    let (core, current) = (context::core()?, context::require_session()?);
    let integration_id = Some(integration_id.as_str()).filter(|id| !id.is_empty());
    let authorize_url = integrations::connect(&core, &current, integrations::platform(&provider)?, integration_id).await?.to_string();
    context::redirect(&authorize_url);
    Ok(AuthorizeView { authorize_url })
}

/// `POST /api/integrations/refresh`: syncs an account now.
#[server(prefix = "/api", endpoint = "integrations/refresh")]
#[middleware(AcceptJson)]
pub async fn refresh_integration(#[server(default)] id: String) -> Result<IntegrationView, ApiError> {
    use crate::http::context;
    use huntaze_core::services::integrations;
    Ok(integrations::sync_now(&context::core()?, &context::require_session()?, None, &id).await?)
}

/// `POST /api/integrations/disconnect`: revokes the access at the platform and deletes the tokens. The collected data is kept unless
/// `data` is `delete`.
#[server(prefix = "/api", endpoint = "integrations/disconnect")]
#[middleware(AcceptJson)]
pub async fn disconnect_integration(
    #[server(default)] id: String,
    #[server(default)] data: String,
) -> Result<StatusView<DisconnectOutcome>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::integrations::{self, Disconnect};
    use huntaze_domain::{error::ErrorCode, integrations::DataRetention, string_enum::StringEnum};
    let retention = if data.is_empty() { Some(DataRetention::default()) } else { DataRetention::parse(&data) };
    let retention = retention.ok_or(ErrorCode::InvalidInput)?;
    let (core, current) = (context::core()?, context::require_session()?);
    let outcome = integrations::disconnect(&core, &context::client(), &current, Disconnect { id: &id, platform: None, retention }).await?;
    context::redirect(&Page::Integrations.link(&[("disconnected", &outcome.as_str())]));
    Ok(outcome.into())
}
