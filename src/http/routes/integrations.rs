//! Accounts at platforms, where the address names them: what a server function cannot. The rest is in `api::integrations`.

use axum::{
    Extension, Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    response::{IntoResponse, Redirect, Response},
};
use http::{Extensions, HeaderMap};
use huntaze_core::{
    Core,
    db::sessions::OpenSession,
    services::integrations::{self, Callback, IntegrationError},
};
use huntaze_domain::{
    account::StatusView,
    choice::Choice,
    error::ErrorCode,
    integration::{AuthorizeView, ConnectFailure, DisconnectOutcome, History, IntegrationView},
    navigation::login_path,
};

use super::account::signed_in;
use crate::{error::ApiError, http::context::client_of};

type Session = Option<Extension<OpenSession>>;

/// `POST /api/integrations/connect/{provider}`: where the creator gives consent.
///
/// # Errors
/// 401; 404 for an unknown platform; 409 for one that is not available.
pub async fn connect(State(core): State<Core>, session: Session, Path(provider): Path<String>) -> Result<Json<AuthorizeView>, ApiError> {
    let current = signed_in(session)?;
    let url = integrations::connect(&core, &current, integrations::platform(&provider)?, None).await?;
    Ok(Json(AuthorizeView { authorize_url: url.into() }))
}

/// `GET /api/integrations/callback/{provider}`: where platforms send creators back to. Whatever happened, it ends on a page of ours that
/// says so.
pub async fn callback(
    State(core): State<Core>,
    session: Session,
    Path(provider): Path<String>,
    callback: Result<Query<Callback>, QueryRejection>,
    extensions: Extensions,
    headers: HeaderMap,
) -> Response {
    let Ok(current) = signed_in(session) else { return Redirect::to(&login_path("/integrations", true)).into_response() };
    let platform = match integrations::platform(&provider) {
        Ok(platform) => platform,
        Err(error) => return ApiError::from(error).into_response(),
    };
    // What makes no sense has no core, and is refused for that.
    let callback = callback.map(|Query(callback)| callback).unwrap_or_default();
    let word = platform.as_str();
    let client = client_of(&extensions, &headers);
    let target = match integrations::finish(&core, &client, &current, platform, &callback).await {
        Ok(connected) => format!("/integrations?connected={word}&account={}", connected.id),
        Err(IntegrationError::NotConnected(failure)) => failed(failure, word),
        Err(IntegrationError::NotAvailable(_)) => failed(ConnectFailure::NotAvailable, word),
        Err(error) => return ApiError::from(error).into_response(),
    };
    Redirect::to(&target).into_response()
}

fn failed(failure: ConnectFailure, provider: &str) -> String {
    format!("/integrations?error={}&provider={provider}", failure.as_str())
}

/// `POST /api/integrations/refresh/{provider}/{id}`: reads the account now.
///
/// # Errors
/// 401; 404 also for somebody else's account; 409 where the creator has to reconnect, or where it is being read; 503 where the platform
/// does not answer.
pub async fn refresh(
    State(core): State<Core>,
    session: Session,
    Path((provider, id)): Path<(String, String)>,
) -> Result<Json<IntegrationView>, ApiError> {
    let current = signed_in(session)?;
    Ok(Json(integrations::refresh(&core, &current, Some(integrations::platform(&provider)?), &id).await?))
}

/// What becomes of the figures.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct DisconnectQuery {
    history: History,
}

/// `DELETE /api/integrations/disconnect/{provider}/{id}?history=keep|delete`: withdraws our access and forgets it here; the figures stay unless
/// they are to be deleted.
///
/// # Errors
/// 400 for another word; 401; 404 also for somebody else's account.
pub async fn disconnect(
    State(core): State<Core>,
    session: Session,
    Path((provider, id)): Path<(String, String)>,
    query: Result<Query<DisconnectQuery>, QueryRejection>,
    extensions: Extensions,
    headers: HeaderMap,
) -> Result<Json<StatusView<DisconnectOutcome>>, ApiError> {
    let current = signed_in(session)?;
    let Ok(Query(DisconnectQuery { history })) = query else { return Err(ErrorCode::InvalidInput.into()) };
    let platform = integrations::platform(&provider)?;
    let outcome = integrations::disconnect(&core, &client_of(&extensions, &headers), &current, Some(platform), &id, history).await?;
    Ok(Json(outcome.into()))
}
