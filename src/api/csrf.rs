//! The CSRF token of every state-changing request.

use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::{csrf::COOKIE, error::ApiError};

/// Response of `GET /api/csrf/token`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CsrfToken {
    /// The token, which is also set as a cookie.
    pub token: String,
}

/// `GET /api/csrf/token`: issues a token for this session and returns it in the body and as a cookie.
#[server(prefix = "/api", endpoint = "csrf/token", input = GetUrl)]
pub async fn get_csrf_token() -> Result<CsrfToken, ApiError> {
    use crate::http::context;
    let token = context::mint_csrf(&context::core()?)?;
    Ok(CsrfToken { token })
}

/// Returns the token for the hidden field of a form: from the request on the server, from the cookie in the browser.
pub fn form_token() -> Option<String> {
    #[cfg(feature = "ssr")]
    return crate::http::context::page_csrf_token();
    #[cfg(not(feature = "ssr"))]
    cookie_token()
}

/// Returns the token from the browser's cookie.
pub(super) fn cookie_token() -> Option<String> {
    use wasm_bindgen::JsCast;
    let cookies = document().dyn_into::<web_sys::HtmlDocument>().ok()?.cookie().ok()?;
    cookies
        .split("; ")
        .filter_map(|cookie| cookie.split_once('='))
        .find(|(name, value)| name.trim_start_matches("__Host-") == COOKIE && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}
