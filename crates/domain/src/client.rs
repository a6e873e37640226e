//! The client of a request.

/// Information about the client, for rate limits and audit events.
#[derive(Debug, Clone)]
pub struct ClientInfo {
    /// IP address of the client, taking trusted proxies into account; `unknown` if there is none.
    pub ip: String,
    /// What limits are counted by; see the middleware `client_ip`.
    pub network: String,
    /// `User-Agent` header, truncated to 255 characters.
    pub user_agent: Option<String>,
    /// Id of the request, as in the log.
    pub request_id: String,
}
