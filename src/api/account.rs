//! The user's account: `/api/account/*`, and the sessions of `/api/auth/*`.

use huntaze_domain::{
    account::StatusView,
    settings::{ChangePasswordInput, DeleteAccountInput, ProfileInput, SessionView},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiClient;
use crate::error::ApiError;

#[cfg(feature = "ssr")]
use huntaze_domain::page::Page;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;

/// `POST /api/account/profile`: updates the user's name.
#[server(prefix = "/api", endpoint = "account/profile", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn update_profile(#[server(flatten)] input: ProfileInput) -> Result<StatusView<String>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::account;
    let current = context::require_session()?;
    account::update_profile(&context::core()?, current.user.id, &input).await?;
    Ok("saved".to_owned().into())
}

/// `POST /api/auth/change-password`: changes the password, ends all sessions of the user and opens a new one for this device.
#[server(prefix = "/api", endpoint = "auth/change-password", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn change_password(#[server(flatten)] input: ChangePasswordInput) -> Result<StatusView<String>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::auth;
    let (core, current) = (context::core()?, context::require_session()?);
    let issued = auth::change_password(&core, &context::client(), &current, input).await?;
    context::start_session(&core, &issued);
    Ok("password_changed".to_owned().into())
}

/// `GET /api/auth/sessions`: lists the user's active sessions.
#[server(prefix = "/api", endpoint = "auth/sessions", input = GetUrl)]
pub async fn list_sessions() -> Result<Vec<SessionView>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::auth;
    Ok(auth::list_sessions(&context::core()?, &context::require_session()?).await?)
}

/// `POST /api/auth/sessions/revoke`: ends a session; the equivalent of `DELETE /api/auth/sessions/{id}` for HTML forms.
#[server(prefix = "/api", endpoint = "auth/sessions/revoke", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn revoke_session(#[server(default)] id: String) -> Result<StatusView<String>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::auth;
    auth::revoke_session(&context::core()?, &context::client(), &context::require_session()?, &id).await?;
    Ok("revoked".to_owned().into())
}

/// `POST /api/account/delete`: deletes the account and all data that belongs to it.
#[server(prefix = "/api", endpoint = "account/delete", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn delete_account(#[server(flatten)] input: DeleteAccountInput) -> Result<StatusView<String>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::account;
    let (core, current) = (context::core()?, context::require_session()?);
    account::delete(&core, &context::client(), &current, input).await?;
    context::end_session(&core);
    context::redirect(&Page::Login.link(&[("reason", &"deleted")]));
    Ok("deleted".to_owned().into())
}
