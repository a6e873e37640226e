//! The error format of all responses.

use std::collections::BTreeMap;

use huntaze_domain::{error::ErrorCode, validation::FieldErrors};
use huntaze_texts::{Text, errors};
use serde::{Deserialize, Serialize};

/// Sentences on invalid fields, by field name as on the wire.
pub type FieldMessages = BTreeMap<String, String>;

/// The error body of every response: `{"error": sentence, "code": …, "fields"?: {name: sentence}, "requestId"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct ApiError {
    /// Message for users; never contains internal details.
    #[serde(rename = "error")]
    pub message: String,
    /// Machine-readable code.
    pub code: ErrorCode,
    /// Error messages by field name, as on the wire.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: FieldMessages,
    /// Id by which the request is found in the log; empty for errors created in the browser.
    #[serde(default)]
    pub request_id: String,
    /// Delay in seconds until the request may be retried; sent as the `Retry-After` header only.
    #[serde(skip)]
    pub retry_after: Option<u32>,
}

impl ApiError {
    /// Creates an error with a specific message.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        #[cfg(feature = "ssr")]
        let request_id = crate::http::request_id::current();
        #[cfg(not(feature = "ssr"))]
        let request_id = String::new();
        Self { message: message.into(), code, fields: BTreeMap::new(), request_id, retry_after: None }
    }

    /// Creates a 400 error with a message for each invalid field.
    pub fn invalid(fields: FieldErrors) -> Self {
        Self { fields: errors::fields(fields), ..ErrorCode::InvalidInput.into() }
    }

    /// Creates a 429 error; the client may retry after this many seconds.
    pub fn rate_limited(retry_after_seconds: u32) -> Self {
        let message = errors::rate_limited(retry_after_seconds);
        Self { retry_after: Some(retry_after_seconds), ..Self::new(ErrorCode::RateLimited, message) }
    }

    /// Returns the message; for internal errors with the request id, by which it is found in the log.
    pub fn message_with_id(&self) -> String {
        match self.code {
            ErrorCode::Internal => format!("{} (request {})", self.message, self.request_id),
            _ => self.message.clone(),
        }
    }
}

impl From<ErrorCode> for ApiError {
    fn from(code: ErrorCode) -> Self {
        Self::new(code, code.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_error_json_shape_is_stable() {
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
}
