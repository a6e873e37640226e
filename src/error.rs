//! The one shape of every error that leaves the server.

use std::collections::BTreeMap;

use huntaze_domain::error::ErrorCode;
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// `{"error": sentence, "code": …, "fields"?: {name: sentence}, "requestId"}`, from every layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct ApiError {
    /// A sentence for the person in front of the screen. Never internal text.
    #[serde(rename = "error")]
    pub message: String,
    /// The same for programs.
    pub code: ErrorCode,
    /// Field name, as on the wire, to what is wrong with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// Finds the request in the log. Empty for errors made in the browser.
    #[serde(default)]
    pub request_id: String,
    /// Seconds; leaves as the header `Retry-After`.
    #[serde(skip)]
    pub retry_after: Option<u32>,
}

impl ApiError {
    /// An error with a sentence of its own.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        #[cfg(feature = "ssr")]
        let request_id = crate::http::request_id::current();
        #[cfg(not(feature = "ssr"))]
        let request_id = String::new();
        Self { message: message.into(), code, fields: BTreeMap::new(), request_id, retry_after: None }
    }

    /// 400 with a sentence for each field that breaks a rule.
    pub fn invalid(fields: BTreeMap<String, String>) -> Self {
        Self { fields, ..ErrorCode::InvalidInput.into() }
    }

    /// 429 that says when to come back.
    pub fn rate_limited(retry_after_seconds: u32) -> Self {
        let message = format!("Too many attempts. Try again in {retry_after_seconds} s.");
        Self { retry_after: Some(retry_after_seconds), ..Self::new(ErrorCode::RateLimited, message) }
    }
}

impl From<ErrorCode> for ApiError {
    fn from(code: ErrorCode) -> Self {
        Self::new(code, code.sentence())
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        // The text of these errors names Rust types: it stays inside.
        let code = match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => ErrorCode::InvalidInput,
            #[cfg(feature = "ssr")]
            ServerFnErrorErr::Deserialization(_) => ErrorCode::InvalidInput,
            ServerFnErrorErr::Request(_) => ErrorCode::Network,
            _ => ErrorCode::Internal,
        };
        code.into()
    }

    /// Called once, when the error becomes a response: Leptos 0.8 answers 500 to everything, so the status is set here.
    #[cfg(feature = "ssr")]
    fn ser(&self) -> leptos::server_fn::Bytes {
        use leptos::server_fn::Encodes;
        crate::http::context::set_error_status(self);
        JsonEncoding::encode(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_shape_is_fixed() {
        let error = ApiError {
            fields: BTreeMap::from([("email".to_owned(), "Enter your e-mail.".to_owned())]),
            request_id: "r1".to_owned(),
            ..ErrorCode::InvalidInput.into()
        };
        insta::assert_json_snapshot!(error, @r#"
        {
          "error": "Please check what you entered.",
          "code": "invalid_input",
          "fields": {
            "email": "Enter your e-mail."
          },
          "requestId": "r1"
        }
        "#);
    }

    #[test]
    fn internal_wording_does_not_reach_the_client() {
        let error = ApiError::from_server_fn_error(ServerFnErrorErr::Args("missing field `email` in LoginInput".into()));
        assert_eq!(error.code, ErrorCode::InvalidInput);
        assert!(!error.message.contains("LoginInput"));
    }
}
