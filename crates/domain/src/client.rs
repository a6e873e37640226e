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

impl ClientInfo {
    /// What stands for the client of an event that the server has noticed by itself.
    pub fn server() -> Self {
        Self { ip: "server".to_owned(), network: "server".to_owned(), user_agent: None, request_id: String::new() }
    }
}
