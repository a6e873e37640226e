//! Integration endpoints with path parameters, which server functions do not support. The other endpoints are in `api::integrations`.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use huntaze_core::{
    Core,
    services::integrations::{self, Callback, Disconnect, IntegrationError},
};
use huntaze_domain::{
    accounts::StatusView,
    integrations::{AuthorizeView, ConnectFailure, DataRetention, DisconnectOutcome, IntegrationView},
    page::{Page, login_page},
    string_enum::StringEnum,
};

use crate::{
    error::ApiError,
    http::extract::{Client, Member, Query},
};

/// `POST /api/integrations/connect/{provider}`: returns the URL of the platform's consent page.
///
/// # Errors
/// 401 without a session; 404 for an unknown platform; 409 if the platform is not available.
pub async fn connect(
    State(core): State<Core>,
    Member(current): Member,
    Path(provider): Path<String>,
) -> Result<Json<AuthorizeView>, ApiError> {
    let url = integrations::connect(&core, &current, integrations::platform(&provider)?, None).await?;
    Ok(Json(AuthorizeView { authorize_url: url.into() }))
}

/// `GET /api/integrations/callback/{provider}`: the OAuth redirect URI. Always ends on a page that shows the outcome.
pub async fn callback(
    State(core): State<Core>,
    (member, Client(client)): (Option<Member>, Client),
    Path(provider): Path<String>,
    callback: Result<Query<Callback>, ApiError>,
) -> Response {
    let Some(Member(current)) = member else { return Redirect::to(&login_page(Page::Integrations.path(), true)).into_response() };
    let platform = match integrations::platform(&provider) {
        Ok(platform) => platform,
        Err(error) => return ApiError::from(error).into_response(),
    };
    // An invalid query has no state, and is rejected for that.
    let callback = callback.map(|Query(callback)| callback).unwrap_or_default();
    let word = platform.as_str();
    let target = match integrations::complete(&core, &client, &current, (platform, &callback)).await {
        Ok(connected) => Page::Integrations.link(&[("connected", &word), ("integrationId", &connected.id)]),
        Err(IntegrationError::ConnectFailed(failure)) => failed(failure, word),
        Err(IntegrationError::NotAvailable(_)) => failed(ConnectFailure::NotAvailable, word),
        Err(error) => return ApiError::from(error).into_response(),
    };
    Redirect::to(&target).into_response()
}

fn failed(failure: ConnectFailure, provider: &str) -> String {
    Page::Integrations.link(&[("error", &failure.as_str()), ("provider", &provider)])
}

/// `POST /api/integrations/refresh/{provider}/{id}`: syncs the account now.
///
/// # Errors
/// 401 without a session; 404 if the account does not exist or belongs to another user; 409 if the user has to reconnect or a sync is in
/// progress; 503 if the platform is not available.
pub async fn refresh(
    State(core): State<Core>,
    Member(current): Member,
    Path((provider, id)): Path<(String, String)>,
) -> Result<Json<IntegrationView>, ApiError> {
    Ok(Json(integrations::sync_now(&core, &current, Some(integrations::platform(&provider)?), &id).await?))
}

/// Fate of the collected data on disconnect.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct DisconnectQuery {
    data: DataRetention,
}

/// `DELETE /api/integrations/disconnect/{provider}/{id}?data=keep|delete`: revokes the access at the platform and deletes the tokens.
/// The collected data is kept by default.
///
/// # Errors
/// 400 for an unknown value of `data`; 401 without a session; 404 if the account does not exist or belongs to another user.
pub async fn disconnect(
    State(core): State<Core>,
    (Member(current), Client(client)): (Member, Client),
    Path((provider, id)): Path<(String, String)>,
    Query(DisconnectQuery { data }): Query<DisconnectQuery>,
) -> Result<Json<StatusView<DisconnectOutcome>>, ApiError> {
    let account = Disconnect { id: &id, platform: Some(integrations::platform(&provider)?), retention: data };
    let outcome = integrations::disconnect(&core, &client, &current, account).await?;
    Ok(Json(outcome.into()))
}
