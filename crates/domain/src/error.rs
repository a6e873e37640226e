//! Error codes of the API.

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
