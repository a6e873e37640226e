//! Requests to Huntaze. One function that is not generic, so that every further endpoint costs the browser nothing.

use huntaze_domain::error::ErrorCode;
use leptos::{prelude::*, server_fn::ServerFn};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, RequestInit, Response, UrlSearchParams};

use crate::{api::csrf::GetCsrfToken, csrf, error::ApiError};

/// Time after which a request is given up, in milliseconds. The server answers all requests earlier.
const TIME_OUT_MS: u32 = 120_000;

/// A successful answer.
pub struct Answer {
    /// Body.
    pub body: String,
    /// URL that the answer leads to (header `Location`).
    pub location: Option<String>,
    /// Whether the server redirected the request to another page.
    pub is_redirected: bool,
}

impl Answer {
    /// Parses a JSON body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        serde_json::from_str(&self.body).map_err(|_| ErrorCode::Internal.into())
    }
}

/// Reads JSON.
pub async fn get(url: &str) -> Result<Answer, ApiError> {
    read(send("GET", url, "application/json", None).await?).await
}

/// Reads a page.
pub async fn get_page(url: &str) -> Result<Answer, ApiError> {
    read(send("GET", url, "text/html", None).await?).await
}

/// Sends a form. If its CSRF token is rejected, it is sent once more with a new one.
pub async fn post(path: &str, body: &UrlSearchParams) -> Result<Answer, ApiError> {
    let response = send("POST", path, "application/json", Some(body)).await?;
    if !response.headers().has(csrf::HEADER).unwrap_or_default() {
        return read(response).await;
    }
    // The answer sets the cookie.
    get(GetCsrfToken::PATH).await?;
    read(send("POST", path, "application/json", Some(body)).await?).await
}

/// Like [`post`], with fields from the code.
pub async fn post_fields(path: &str, fields: &[(&str, &str)]) -> Result<Answer, ApiError> {
    let body = UrlSearchParams::new().map_err(|_| unreachable_server())?;
    for (name, value) in fields {
        body.append(name, value);
    }
    post(path, &body).await
}

async fn send(method: &str, url: &str, accept: &str, body: Option<&UrlSearchParams>) -> Result<Response, ApiError> {
    let options = RequestInit::new();
    options.set_method(method);
    options.set_signal(Some(&AbortSignal::timeout_with_u32(TIME_OUT_MS)));
    let headers = Headers::new().map_err(|_| unreachable_server())?;
    let _ = headers.set("accept", accept);
    if let Some(body) = body {
        options.set_body(body);
        if let Some(token) = csrf_token() {
            let _ = headers.set(csrf::HEADER, &token);
        }
    }
    options.set_headers(&headers);
    let response = JsFuture::from(window().fetch_with_str_and_init(url, &options)).await.map_err(|_| unreachable_server())?;
    Ok(response.unchecked_into())
}

async fn read(response: Response) -> Result<Answer, ApiError> {
    let text = response.text().map_err(|_| unreachable_server())?;
    let body = JsFuture::from(text).await.map_err(|_| unreachable_server())?.as_string().unwrap_or_default();
    if response.ok() {
        let location = response.headers().get("location").ok().flatten();
        Ok(Answer { body, location, is_redirected: response.redirected() })
    } else {
        Err(error_in(&body))
    }
}

/// Parses the body of an error; proxies between may answer with another one.
pub fn error_in(body: &str) -> ApiError {
    serde_json::from_str(body).unwrap_or_else(|_| ErrorCode::Unavailable.into())
}

/// The error of a request that never got an answer.
pub fn unreachable_server() -> ApiError {
    ErrorCode::Network.into()
}

/// Returns the CSRF token from the browser's cookie.
pub fn csrf_token() -> Option<String> {
    let cookies = js_sys::Reflect::get(&document(), &JsValue::from_str("cookie")).ok()?.as_string()?;
    cookies
        .split("; ")
        .filter_map(|cookie| cookie.split_once('='))
        .find(|(name, value)| name.trim_start_matches("__Host-") == csrf::COOKIE && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}
