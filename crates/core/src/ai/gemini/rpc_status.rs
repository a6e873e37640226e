//! Error responses of the Gemini API (`google.rpc.Status`).

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;

use crate::ai::ModelError;

#[derive(Default, Deserialize)]
struct RpcErrorBody {
    error: RpcStatus,
}

#[derive(Default, Deserialize)]
pub(super) struct RpcStatus {
    pub(super) code: Option<u16>,
    #[serde(default)]
    status: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Vec<Detail>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    #[serde(rename = "@type", default)]
    kind: String,
    retry_delay: Option<String>,
    reason: Option<String>,
}

/// Maps an error response to a [`ModelError`]. A proxy may respond with HTML instead of JSON; then only the status is used.
pub(super) fn error(status: StatusCode, body: &[u8]) -> ModelError {
    let RpcErrorBody { error } = serde_json::from_slice(body).unwrap_or_default();
    error.kind(status)
}

impl RpcStatus {
    /// Maps the body: `{"error": {"code", "status", "message", "details": [{"@type": "…RetryInfo", "retryDelay": "46s"}]}}`
    pub(super) fn kind(self, status: StatusCode) -> ModelError {
        let delay = self.details.iter().find(|detail| detail.kind.ends_with("RetryInfo")).and_then(|detail| detail.retry_delay.as_deref());
        let is_key = self.details.iter().any(|detail| detail.reason.as_deref() == Some("API_KEY_INVALID"));
        let message = format!("{status}: {} {}", self.status, self.message);
        match status.as_u16() {
            _ if is_key => ModelError::InvalidApiKey(message),
            429 => ModelError::RateLimited(delay.and_then(seconds)),
            401 | 403 => ModelError::InvalidApiKey(message),
            404 => ModelError::ModelRetired(message),
            400 => ModelError::InvalidRequest(message),
            500 | 503 | 504 => ModelError::Unavailable(message),
            _ => ModelError::InvalidResponse(message),
        }
    }
}

/// Parses a `google.protobuf.Duration` such as "46s" or "1.5s".
fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn statuses_map_to_model_errors() {
        let error_of = |status: u16, body: Value| error(StatusCode::from_u16(status).expect("a status"), body.to_string().as_bytes());
        let limited = json!({ "error": { "code": 429, "status": "RESOURCE_EXHAUSTED", "message": "quota", "details": [
            { "@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{ "quotaId": "q" }] },
            { "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "46s" },
        ] } });
        assert_eq!(error_of(429, limited), ModelError::RateLimited(Some(Duration::from_secs(46))));
        let of = |status: &str| json!({ "error": { "status": status, "message": "x" } });
        assert_eq!(error_of(404, of("NOT_FOUND")), ModelError::ModelRetired("404 Not Found: NOT_FOUND x".to_owned()));
        assert_eq!(error_of(403, of("PERMISSION_DENIED")), ModelError::InvalidApiKey("403 Forbidden: PERMISSION_DENIED x".to_owned()));
        assert_eq!(error_of(400, of("INVALID_ARGUMENT")), ModelError::InvalidRequest("400 Bad Request: INVALID_ARGUMENT x".to_owned()));
        assert_eq!(error_of(503, of("UNAVAILABLE")), ModelError::Unavailable("503 Service Unavailable: UNAVAILABLE x".to_owned()));
        let key = json!({ "error": { "status": "INVALID_ARGUMENT", "message": "x", "details": [
            { "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID" }
        ] } });
        assert_eq!(error_of(400, key), ModelError::InvalidApiKey("400 Bad Request: INVALID_ARGUMENT x".to_owned()));
        let html = |status| error(status, b"<html>");
        assert_eq!(html(StatusCode::BAD_GATEWAY), ModelError::InvalidResponse("502 Bad Gateway:  ".to_owned()));
        assert_eq!(html(StatusCode::TOO_MANY_REQUESTS), ModelError::RateLimited(None));
        assert_eq!(html(StatusCode::FORBIDDEN), ModelError::InvalidApiKey("403 Forbidden:  ".to_owned()));
    }
}
