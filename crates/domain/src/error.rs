//! Error codes of the API.

use serde::{Deserialize, Serialize};

/// Machine-readable error code. Clients match on the code, never on the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// 400: the input is invalid; `fields` holds the errors by field.
    InvalidInput,
    /// 401: there is no session, or it has expired.
    Unauthenticated,
    /// 401: e-mail or password is wrong.
    InvalidCredentials,
    /// 403: the user is signed in but lacks the permission.
    Forbidden,
    /// 403: the CSRF token is missing, expired, or belongs to another session.
    CsrfInvalid,
    /// 403: the password is correct, but the e-mail address is not verified.
    EmailNotVerified,
    /// 404: the resource does not exist or belongs to another user.
    NotFound,
    /// 405: the path does not support this method.
    MethodNotAllowed,
    /// 409: the current state of the resource does not allow the request.
    Conflict,
    /// 410: the resource has expired, for example an e-mailed link.
    Gone,
    /// 413: the body exceeds the size limit.
    PayloadTooLarge,
    /// 415: the body is neither JSON nor a form.
    UnsupportedMediaType,
    /// 429: too many requests; the `Retry-After` header holds the delay.
    RateLimited,
    /// 429: a monthly limit of AI requests or AI cost is reached.
    QuotaExceeded,
    /// 422: the AI refuses this request because of its content.
    AiBlocked,
    /// 503: the server could not be reached. Only created in the browser.
    Network,
    /// 503: the server is temporarily unable to handle the request.
    Unavailable,
    /// 500: an unexpected error of the server.
    Internal,
}

impl ErrorCode {
    /// Returns whether the same request may succeed later.
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::Conflict | Self::RateLimited | Self::Network | Self::Unavailable | Self::Internal)
    }

    /// Returns the HTTP status of this code.
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
            Self::UnsupportedMediaType => 415,
            Self::AiBlocked => 422,
            Self::RateLimited | Self::QuotaExceeded => 429,
            Self::Internal => 500,
            Self::Network | Self::Unavailable => 503,
        }
    }
}
