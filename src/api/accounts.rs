//! User accounts: `/api/auth/*` and `/api/account/*`.

use huntaze_domain::accounts::{
    CurrentUser, EmailTokenRequest, EmailTokenState, LoginInput, MailStatus, PasswordStrength, PasswordStrengthInput, RegisterInput,
    ResetPasswordInput, Secret, StatusView,
    security::SecurityEvents,
    settings::{ChangePasswordInput, DeleteAccountInput, ProfileInput, SessionView},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::ApiError;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;
#[cfg(feature = "ssr")]
use huntaze_domain::page::Page;

/// `POST /api/auth/register`: answers 202 whether or not the address is already registered; only the e-mail differs.
#[server(prefix = "/api", endpoint = "auth/register")]
#[middleware(AcceptJson)]
pub async fn register(#[server(flatten)] input: RegisterInput) -> Result<StatusView<MailStatus>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::accounts;
    let core = context::core()?;
    let email = huntaze_domain::accounts::normalize_email(&input.email);
    accounts::register(&core, &context::client(), input).await?;
    context::remember_pending_email(&core, &email);
    context::redirect(Page::VerifyEmail.path());
    context::set_status(http::StatusCode::ACCEPTED);
    Ok(MailStatus::CheckEmail.into())
}

/// `POST /api/auth/login`: opens a session. 401 for a wrong password and for an unknown address alike; 403 `email_not_verified` only if the
/// password is correct.
#[server(prefix = "/api", endpoint = "auth/login")]
#[middleware(AcceptJson)]
pub async fn login(#[server(flatten)] input: LoginInput) -> Result<StatusView<String>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::{accounts, onboarding};
    let core = context::core()?;
    let wanted = Some(huntaze_domain::page::safe_next(&input.next).to_owned()).filter(|_| !input.next.is_empty());
    let issued = accounts::login(&core, &context::client(), input, context::browser(&core)).await?;
    context::start_session(&core, &issued);
    match wanted {
        Some(wanted) => context::redirect(&wanted),
        None => context::redirect(&onboarding::landing(&core, issued.user_id).await?),
    }
    Ok("signed_in".to_owned().into())
}

/// `POST /api/auth/logout`: ends the session; succeeds without one, too.
#[server(prefix = "/api", endpoint = "auth/logout")]
#[middleware(AcceptJson)]
pub async fn logout() -> Result<StatusView<String>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::accounts;
    let core = context::core()?;
    if let Some(session) = context::session() {
        accounts::logout(&core, &context::client(), session.id, session.user.id).await?;
    }
    context::end_session(&core);
    context::redirect(&Page::Login.link(&[("reason", &"signed-out")]));
    Ok("signed_out".to_owned().into())
}

/// `GET /api/auth/session`: returns the signed-in user; 401 without a session.
#[server(prefix = "/api", endpoint = "auth/session", input = GetUrl)]
pub async fn get_current_user() -> Result<CurrentUser, ApiError> {
    Ok(crate::http::context::require_session()?.user)
}

/// `GET /api/auth/pending-email`: returns the address to which a verification mail was sent from this browser; empty if there is none.
#[server(prefix = "/api", endpoint = "auth/pending-email", input = GetUrl)]
pub async fn get_pending_email() -> Result<StatusView<String>, ApiError> {
    use crate::http::context;
    Ok(context::pending_email(&context::core()?).unwrap_or_default().into())
}

/// `POST /api/auth/resend-verification`: sends another verification mail, identified by address or by the token of an expired link. 202
/// whether or not the account exists.
#[server(prefix = "/api", endpoint = "auth/resend-verification")]
#[middleware(AcceptJson)]
pub async fn resend_verification(#[server(flatten)] input: EmailTokenRequest) -> Result<StatusView<MailStatus>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::accounts;
    let core = context::core()?;
    let email = huntaze_domain::accounts::normalize_email(&input.email);
    accounts::resend_verification(&core, &context::client(), input).await?;
    if !email.is_empty() {
        context::remember_pending_email(&core, &email);
    }
    context::set_status(http::StatusCode::ACCEPTED);
    Ok(MailStatus::CheckEmail.into())
}

/// `GET /api/auth/verify-email?token=`: returns the state of a verification link without using it. 404 if it is unknown, 410 if it has
/// expired.
#[server(prefix = "/api", endpoint = "auth/verify-email", input = GetUrl)]
pub async fn check_verification(#[server(default)] token: String) -> Result<StatusView<EmailTokenState>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::accounts;
    Ok(accounts::check_verification_link(&context::core()?, &token).await?.into())
}

/// `POST /api/auth/verify-email`: verifies the address. Using the link again within 24 hours returns `already_used`.
#[server(prefix = "/api", endpoint = "auth/verify-email")]
#[middleware(AcceptJson)]
pub async fn verify_email(#[server(default)] token: Secret) -> Result<StatusView<EmailTokenState>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::accounts;
    let outcome = accounts::verify_email(&context::core()?, &context::client(), token.expose()).await?;
    context::redirect(&Page::Login.link(&[("reason", &"verified")]));
    Ok(outcome.into())
}

/// `POST /api/auth/forgot-password`: sends a reset link, identified by address or by the token of an expired link. 202 whether or not the
/// account exists.
#[server(prefix = "/api", endpoint = "auth/forgot-password")]
#[middleware(AcceptJson)]
pub async fn forgot_password(#[server(flatten)] input: EmailTokenRequest) -> Result<StatusView<MailStatus>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::accounts;
    accounts::request_reset(&context::core()?, &context::client(), input).await?;
    context::set_status(http::StatusCode::ACCEPTED);
    Ok(MailStatus::CheckEmail.into())
}

/// `GET /api/auth/reset-password?token=`: returns whether a reset link is valid. 404 if it is unknown, 410 if it has expired or was used.
#[server(prefix = "/api", endpoint = "auth/reset-password", input = GetUrl)]
pub async fn check_reset(#[server(default)] token: String) -> Result<StatusView<EmailTokenState>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::accounts;
    accounts::check_reset_link(&context::core()?, &token).await?;
    Ok(EmailTokenState::Valid.into())
}

/// `POST /api/auth/reset-password`: sets a new password and ends all sessions of the user.
#[server(prefix = "/api", endpoint = "auth/reset-password")]
#[middleware(AcceptJson)]
pub async fn reset_password(#[server(flatten)] input: ResetPasswordInput) -> Result<StatusView<String>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::accounts;
    let core = context::core()?;
    accounts::reset_password(&core, &context::client(), input).await?;
    context::end_session(&core);
    context::redirect(&Page::Login.link(&[("reason", &"password-changed")]));
    Ok("password_changed".to_owned().into())
}

/// `POST /api/auth/password-strength`: estimates how hard a password is to guess. Runs on the server, because the word lists are too large
/// for the browser.
#[server(prefix = "/api", endpoint = "auth/password-strength")]
#[middleware(AcceptJson)]
pub async fn estimate_password_strength(#[server(flatten)] input: PasswordStrengthInput) -> Result<PasswordStrength, ApiError> {
    use crate::http::context;
    use huntaze_core::services::accounts;
    Ok(accounts::password_strength(&context::core()?, &context::client(), input).await?)
}

/// `POST /api/account/profile`: updates the user's name.
#[server(prefix = "/api", endpoint = "account/profile")]
#[middleware(AcceptJson)]
pub async fn update_profile(#[server(flatten)] input: ProfileInput) -> Result<StatusView<String>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::accounts;
    let current = context::require_session()?;
    accounts::update_profile(&context::core()?, current.user.id, &input).await?;
    Ok("saved".to_owned().into())
}

/// `POST /api/auth/change-password`: changes the password, ends all sessions of the user and opens a new one for this device.
#[server(prefix = "/api", endpoint = "auth/change-password")]
#[middleware(AcceptJson)]
pub async fn change_password(#[server(flatten)] input: ChangePasswordInput) -> Result<StatusView<String>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::accounts;
    let (core, current) = (context::core()?, context::require_session()?);
    let issued = accounts::change_password(&core, &context::client(), &current, input).await?;
    context::start_session(&core, &issued);
    Ok("password_changed".to_owned().into())
}

/// `GET /api/auth/sessions`: lists the user's active sessions.
#[server(prefix = "/api", endpoint = "auth/sessions", input = GetUrl)]
pub async fn list_sessions() -> Result<Vec<SessionView>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::accounts;
    Ok(accounts::list_sessions(&context::core()?, &context::require_session()?).await?)
}

/// `GET /api/auth/events?page=`: returns a page of 20 security events of the user, newest first.
#[server(prefix = "/api", endpoint = "auth/events", input = GetUrl)]
pub async fn list_security_events(#[server(default)] page: u32) -> Result<SecurityEvents, ApiError> {
    use crate::http::context;
    use huntaze_core::services::accounts;
    let (core, user) = context::member()?;
    Ok(accounts::security_events(&core, user.id, page).await?)
}

/// `POST /api/auth/sessions/revoke`: ends a session; the equivalent of `DELETE /api/auth/sessions/{id}` for HTML forms.
#[server(prefix = "/api", endpoint = "auth/sessions/revoke")]
#[middleware(AcceptJson)]
pub async fn revoke_session(#[server(default)] id: String) -> Result<StatusView<String>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::accounts;
    accounts::revoke_session(&context::core()?, &context::client(), &context::require_session()?, &id).await?;
    Ok("revoked".to_owned().into())
}

/// `POST /api/account/delete`: deletes the account and all data that belongs to it.
#[server(prefix = "/api", endpoint = "account/delete")]
#[middleware(AcceptJson)]
pub async fn delete_account(#[server(flatten)] input: DeleteAccountInput) -> Result<StatusView<String>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::accounts;
    let (core, current) = (context::core()?, context::require_session()?);
    accounts::delete(&core, &context::client(), &current, input).await?;
    context::end_session(&core);
    context::redirect(&Page::Login.link(&[("reason", &"deleted")]));
    Ok("deleted".to_owned().into())
}
