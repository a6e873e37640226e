//! The token that every change carries.

use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::ApiError;

/// Cookie, readable by our script. On https with the prefix `__Host-`.
pub const COOKIE: &str = "huntaze_csrf";
/// Header that carries the token; in forms it is the field [`FIELD`].
pub const HEADER: &str = "x-csrf-token";
/// Hidden field of forms that are posted without JavaScript.
pub const FIELD: &str = "_csrf";

/// `{"token": …}`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CsrfToken {
    /// Also in the cookie.
    pub token: String,
}

/// `GET /api/csrf/token`: a token for this session, in the body and as a cookie.
#[server(prefix = "/api", endpoint = "csrf/token", input = GetUrl)]
pub async fn get_csrf_token() -> Result<CsrfToken, ApiError> {
    use crate::http::context;
    let token = context::mint_csrf(&context::core()?)?;
    Ok(CsrfToken { token })
}

/// The token for the hidden field of a form: from the request while the server renders, from the cookie in the browser.
pub fn form_token() -> Option<String> {
    #[cfg(feature = "ssr")]
    return crate::http::context::page_csrf_token();
    #[cfg(not(feature = "ssr"))]
    cookie_token()
}

/// The token in the browser's cookie.
pub(super) fn cookie_token() -> Option<String> {
    use wasm_bindgen::JsCast;
    let cookies = document().dyn_into::<web_sys::HtmlDocument>().ok()?.cookie().ok()?;
    cookies
        .split("; ")
        .filter_map(|cookie| cookie.split_once('='))
        .find(|(name, value)| name.trim_start_matches("__Host-") == COOKIE && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}
