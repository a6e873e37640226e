//! The CSRF token of every state-changing request.

use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::ApiError;

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
