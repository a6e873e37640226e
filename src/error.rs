//! The one shape of every error that leaves the server.

use std::collections::BTreeMap;

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// What went wrong, for programs: the UI and other clients match on this, never on the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The input breaks a rule; `fields` says which.
    InvalidInput,
    /// No session, or one that has ended.
    Unauthenticated,
    /// E-mail or password is not right.
    InvalidCredentials,
    /// Signed in, but not allowed.
    Forbidden,
    /// The CSRF token is missing, too old, or belongs to another session.
    CsrfInvalid,
    /// The password is right, but the e-mail is not verified yet.
    EmailNotVerified,
    /// There is no such thing, or it is someone else's.
    NotFound,
    /// The path exists, the verb does not.
    MethodNotAllowed,
    /// The state of the thing forbids it.
    Conflict,
    /// It was there, and its time is over: an expired link.
    Gone,
    /// The body is larger than the server takes.
    PayloadTooLarge,
    /// Too many requests; `Retry-After` says when to come back.
    RateLimited,
    /// The month's requests of AI are used up.
    QuotaExceeded,
    /// The AI does not answer to this.
    AiBlocked,
    /// The server could not be reached. Made in the browser only.
    Network,
    /// The server cannot do it right now.
    Unavailable,
    /// A fault of ours.
    Internal,
}

impl ErrorCode {
    /// The HTTP status that goes with the code.
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidInput => 400,
            Self::Unauthenticated | Self::InvalidCredentials => 401,
            Self::Forbidden | Self::CsrfInvalid | Self::EmailNotVerified => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict => 409,
            Self::Gone => 410,
            Self::PayloadTooLarge => 413,
            Self::AiBlocked => 422,
            Self::RateLimited | Self::QuotaExceeded => 429,
            Self::Internal => 500,
            Self::Network | Self::Unavailable => 503,
        }
    }

    /// The sentence used where nothing more precise is known.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::InvalidInput => "Please check what you entered.",
            Self::Unauthenticated => "Your session has ended. Sign in again.",
            Self::InvalidCredentials => "E-mail or password is not right.",
            Self::Forbidden => "You are not allowed to do this.",
            Self::CsrfInvalid => "This page was open for too long. Please try again.",
            Self::EmailNotVerified => "Please verify your e-mail first.",
            Self::NotFound => "There is nothing here.",
            Self::MethodNotAllowed => "This address does not take such a request.",
            Self::Conflict => "This has changed in the meantime. Reload and try again.",
            Self::Gone => "This link has expired.",
            Self::PayloadTooLarge => "That is more than we can take in one piece.",
            Self::RateLimited => "Too many attempts. Try again in a minute.",
            Self::QuotaExceeded => "You have used all AI requests of this month. They renew on the first of the next one.",
            Self::AiBlocked => {
                "The AI does not write about this. Say it in other words, or leave out what is explicit. This request was not counted."
            }
            Self::Network => "Huntaze cannot be reached. Check your connection and try again.",
            Self::Unavailable => "This is not available right now. Please try again in a moment.",
            Self::Internal => "Something went wrong on our side.",
        }
    }
}

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
        let request_id = crate::server::context::request_id();
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
        crate::server::context::set_error_status(self);
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
