use std::fmt;

use url::Url;

use super::{ClientCredentials, Reader};

/// Reddit OAuth app and API. Without client credentials the platform is not offered.
#[derive(Clone)]
pub struct RedditConfig {
    /// `REDDIT_CLIENT_ID` and `REDDIT_CLIENT_SECRET`: OAuth client credentials of the app approved by Reddit.
    pub credentials: Option<ClientCredentials>,
    /// `REDDIT_USER_AGENT`: Reddit requires a unique `User-Agent` that names the operator's account: `web:huntaze:v1 (by /u/…)`. Default
    /// `web:huntaze:v1`.
    pub user_agent: String,
    /// `REDDIT_AUTHORIZE_URL`: OAuth authorization endpoint. Default Reddit's.
    pub authorize_url: Url,
    /// `REDDIT_TOKEN_URL`: OAuth token endpoint; the revocation endpoint is derived from it. Default Reddit's.
    pub token_url: Url,
    /// `REDDIT_API_URL`: API for profile and posts. Default Reddit's.
    pub api_url: Url,
}

impl RedditConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let credentials = reader.client_credentials("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET");
        let user_agent = reader.or("REDDIT_USER_AGENT", "web:huntaze:v1".to_owned());
        let authorize_url = reader.web_address("REDDIT_AUTHORIZE_URL", "https://www.reddit.com/api/v1/authorize");
        let token_url = reader.web_address("REDDIT_TOKEN_URL", "https://www.reddit.com/api/v1/access_token");
        let api_url = reader.web_address("REDDIT_API_URL", "https://oauth.reddit.com");
        Some(Self { credentials, user_agent: user_agent?, authorize_url: authorize_url?, token_url: token_url?, api_url: api_url? })
    }

    /// Returns whether requests go to the sandbox instead of Reddit.
    pub fn is_sandbox(&self) -> bool {
        super::is_elsewhere(&[&self.authorize_url, &self.token_url, &self.api_url], &["reddit.com"])
    }
}

impl fmt::Debug for RedditConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedditConfig").field("api_url", &self.api_url.as_str()).finish_non_exhaustive()
    }
}
