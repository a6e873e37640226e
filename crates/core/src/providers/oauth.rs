//! Common parts of `OAuth` 2.0 (RFC 6749) and PKCE (RFC 7636), as most platforms implement them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use huntaze_domain::accounts::Secret;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

use super::{AuthorizationRequest, Grant, ProviderError, Tokens};
use crate::infra::http::HttpResponse;

/// Access tokens that expire within this time are refreshed before use.
const EXPIRY_LEEWAY: TimeDelta = TimeDelta::minutes(5);

/// Returns the PKCE code challenge for a verifier: `BASE64URL(SHA256(verifier))`, section 4.2 of RFC 7636, method `S256`.
pub fn code_challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// Appends `path` to the path of a URL.
pub fn join_path(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}

/// Response of a token endpoint: section 5.1 of RFC 6749.
#[derive(Deserialize)]
pub struct TokenResponse {
    access_token: Secret,
    /// Lifetime of the access token in seconds.
    expires_in: Option<i64>,
    refresh_token: Option<Secret>,
    /// Lifetime of the refresh token in seconds; sent by TikTok only.
    refresh_expires_in: Option<i64>,
    scope: Option<String>,
}

impl TokenResponse {
    /// Converts the response to a grant. A response without `scope` grants all requested scopes (section 5.1).
    pub fn grant(self, requested: &[&str], now: DateTime<Utc>) -> Grant {
        let scopes = match &self.scope {
            Some(scope) => split_scopes(scope),
            None => requested.iter().map(|scope| (*scope).to_owned()).collect(),
        };
        Grant { tokens: self.tokens(None, now), scopes }
    }

    /// Converts the response to a token refresh into tokens. If it has no refresh token, the one of `old` remains valid.
    pub fn into_refreshed(self, old: &Tokens, now: DateTime<Utc>) -> Tokens {
        self.tokens(Some(old), now)
    }

    fn tokens(self, old: Option<&Tokens>, now: DateTime<Utc>) -> Tokens {
        let after = |seconds: Option<i64>| seconds.and_then(TimeDelta::try_seconds).and_then(|lifetime| now.checked_add_signed(lifetime));
        let (refresh, refresh_expires_at) = match (self.refresh_token, old) {
            (Some(token), _) => (Some(token), after(self.refresh_expires_in)),
            (None, Some(old)) => (old.refresh.clone(), after(self.refresh_expires_in).or(old.refresh_expires_at)),
            (None, None) => (None, None),
        };
        Tokens { access: self.access_token, refresh, issued_at: now, expires_at: after(self.expires_in), refresh_expires_at }
    }
}

/// Splits a list of scopes at commas and spaces: platforms use both.
pub fn split_scopes(text: &str) -> Vec<String> {
    text.split([',', ' ']).filter(|scope| !scope.is_empty()).map(ToOwned::to_owned).collect()
}

/// Returns whether there is a refresh token that has not expired.
pub fn can_refresh(tokens: &Tokens, now: DateTime<Utc>) -> bool {
    tokens.refresh.is_some() && tokens.refresh_expires_at.is_none_or(|end| end > now)
}

/// Returns whether the access token has expired or expires soon.
pub fn expires_soon(tokens: &Tokens, now: DateTime<Utc>) -> bool {
    tokens.expires_at.is_some_and(|end| end <= now + EXPIRY_LEEWAY)
}

/// Returns the form parameters of a token refresh: section 6 of RFC 6749.
///
/// # Errors
/// [`ProviderError::Revoked`] if there is no refresh token.
pub fn refresh_token_params(tokens: &Tokens) -> Result<[(&str, &str); 2], ProviderError> {
    let token = tokens.refresh.as_ref().ok_or_else(|| ProviderError::Revoked("no refresh token".to_owned()))?;
    Ok([("grant_type", "refresh_token"), ("refresh_token", token.expose())])
}

/// Returns the form parameters that exchange an authorization code for tokens: section 4.1.3 of RFC 6749.
pub fn authorization_code_params<'a>(code: &'a str, request: &AuthorizationRequest<'a>) -> [(&'a str, &'a str); 3] {
    [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", request.redirect_uri)]
}

/// As [`authorization_code_params`], with the PKCE code verifier: section 4.5 of RFC 7636.
pub fn pkce_code_params<'a>(code: &'a str, request: &AuthorizationRequest<'a>) -> [(&'a str, &'a str); 4] {
    let [grant, code, redirect] = authorization_code_params(code, request);
    [grant, code, redirect, ("code_verifier", request.code_verifier)]
}

/// Returns the form parameters of a token revocation: section 2.1 of RFC 7009. Revoking a refresh token also revokes its access tokens.
pub fn revocation_params(tokens: &Tokens) -> [(&str, &str); 2] {
    match &tokens.refresh {
        Some(token) => [("token", token.expose()), ("token_type_hint", "refresh_token")],
        None => [("token", tokens.access.expose()), ("token_type_hint", "access_token")],
    }
}

/// Returns the error code in the response of a token endpoint, if there is one: section 5.2 of RFC 6749.
pub fn error_code(response: &HttpResponse) -> Option<String> {
    #[derive(Deserialize)]
    struct Body {
        error: String,
    }
    serde_json::from_slice(&response.body).ok().map(|Body { error }| error)
}

/// Maps the error code of a token endpoint to a [`ProviderError`]; `None` if there is none. `error_description` is dropped to keep it out
/// of the log: some platforms repeat the token in it.
pub fn error(response: &HttpResponse) -> Option<ProviderError> {
    let error = error_code(response)?;
    Some(match error.as_str() {
        "invalid_grant" | "invalid_token" | "access_denied" => ProviderError::Revoked(error),
        // Errors in our request or in our client credentials.
        "invalid_request" | "invalid_client" | "unauthorized_client" | "unsupported_grant_type" => ProviderError::Misconfigured(error),
        "invalid_scope" | "insufficient_scope" => ProviderError::InsufficientScope(error),
        "rate_limit_exceeded" | "slow_down" => ProviderError::RateLimited { retry_after: None },
        _ => ProviderError::Transient(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use reqwest::{StatusCode, header::HeaderMap};

    #[test]
    fn code_challenge_matches_rfc_7636_example() {
        // Appendix B of RFC 7636.
        assert_eq!(code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn token_endpoint_errors_map_to_provider_errors() {
        let meaning = |word: &str| {
            let body = format!(r#"{{"error":"{word}","error_description":"d"}}"#).into_bytes();
            error(&HttpResponse { status: StatusCode::BAD_REQUEST, headers: HeaderMap::new(), body })
        };
        assert!(matches!(meaning("invalid_grant"), Some(ProviderError::Revoked(_))));
        assert!(matches!(meaning("invalid_token"), Some(ProviderError::Revoked(_))));
        assert!(matches!(meaning("invalid_client"), Some(ProviderError::Misconfigured(_))));
        assert!(matches!(meaning("temporarily_unavailable"), Some(ProviderError::Transient(_))));
    }

    fn response(access: String, refresh: Option<String>, expires_in: Option<i64>) -> TokenResponse {
        TokenResponse {
            access_token: access.into(),
            expires_in,
            refresh_token: refresh.map(Into::into),
            refresh_expires_in: None,
            scope: None,
        }
    }

    proptest! {
        /// However incomplete the response is, an existing refresh token is never lost.
        #[test]
        fn refresh_never_loses_refresh_token(
            access in "[a-z]{1,9}", refresh in proptest::option::of("[a-z]{1,9}"), expires_in: Option<i64>,
            old_refresh in proptest::option::of("[a-z]{1,9}"), now in 0_i64..4_000_000_000,
        ) {
            let now = DateTime::from_timestamp(now, 0).expect("a time");
            let old = Tokens {
                access: "old".to_owned().into(), refresh: old_refresh.clone().map(Into::into), issued_at: now, expires_at: None, refresh_expires_at: None,
            };
            let new = response(access.clone(), refresh.clone(), expires_in).into_refreshed(&old, now);
            prop_assert_eq!(new.access.expose(), &access);
            prop_assert_eq!(new.refresh.map(|token| token.expose().to_owned()), refresh.or(old_refresh));
        }
    }
}
