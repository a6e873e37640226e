//! The client of a request.

/// Where a request comes from.
#[derive(Debug, Clone)]
pub struct ClientInfo {
    /// Its address, as far as proxies can be trusted.
    pub ip: String,
    /// What limits are counted by; see the middleware `client_ip`.
    pub network: String,
    /// What it says it is, cut to 255 characters.
    pub user_agent: Option<String>,
    /// The request, as in the log.
    pub request_id: String,
}
