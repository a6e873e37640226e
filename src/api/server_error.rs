//! Makes [`ApiError`] the error of server functions.

use huntaze_domain::error::ErrorCode;
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};

use crate::error::ApiError;

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        // The messages of these errors contain Rust type names and must not reach clients.
        let code = match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => ErrorCode::InvalidInput,
            #[cfg(feature = "ssr")]
            ServerFnErrorErr::Deserialization(_) => ErrorCode::InvalidInput,
            ServerFnErrorErr::Request(_) => ErrorCode::Network,
            _ => ErrorCode::Internal,
        };
        code.into()
    }

    /// Called once, when the error is serialized as a response. Leptos 0.8 sets the status of all errors to 500, so the correct status is
    /// set here.
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
    fn server_fn_error_text_is_not_exposed() {
        let error = ApiError::from_server_fn_error(ServerFnErrorErr::Args("missing field `email` in LoginInput".into()));
        assert_eq!(error.code, ErrorCode::InvalidInput);
        assert!(!error.message.contains("LoginInput"));
    }
}
