use std::fmt;

use url::Url;

use super::{ClientCredentials, Reader};

const AUTHORIZE: &str = "https://www.instagram.com/oauth/authorize";
const TOKEN: &str = "https://api.instagram.com/oauth/access_token";
const GRAPH: &str = "https://graph.instagram.com";

/// Instagram OAuth app and API. Without client credentials the platform is not offered.
#[derive(Clone)]
pub struct InstagramConfig {
    /// `INSTAGRAM_CLIENT_ID` and `INSTAGRAM_CLIENT_SECRET`: OAuth client credentials of the app registered at Meta.
    pub credentials: Option<ClientCredentials>,
    /// `INSTAGRAM_AUTHORIZE_URL`: OAuth authorization endpoint. Default Instagram's.
    pub authorize_url: Url,
    /// `INSTAGRAM_TOKEN_URL`: endpoint that exchanges the authorization code. Default Instagram's.
    pub token_url: Url,
    /// `INSTAGRAM_GRAPH_URL`: API for long-lived tokens, profile and insights. Default Instagram's.
    pub graph_url: Url,
    /// `INSTAGRAM_API_VERSION`: version of the Graph API. Default `v25.0`.
    pub api_version: String,
}

impl InstagramConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let credentials = reader.client_credentials("INSTAGRAM_CLIENT_ID", "INSTAGRAM_CLIENT_SECRET");
        let authorize_url = reader.web_address("INSTAGRAM_AUTHORIZE_URL", AUTHORIZE);
        let token_url = reader.web_address("INSTAGRAM_TOKEN_URL", TOKEN);
        let graph_url = reader.web_address("INSTAGRAM_GRAPH_URL", GRAPH);
        let api_version = reader.or("INSTAGRAM_API_VERSION", "v25.0".to_owned());
        Some(Self { credentials, authorize_url: authorize_url?, token_url: token_url?, graph_url: graph_url?, api_version: api_version? })
    }

    /// Returns whether requests go to the sandbox instead of Instagram.
    pub fn is_sandbox(&self) -> bool {
        super::is_elsewhere(&[&self.authorize_url, &self.token_url, &self.graph_url], &["instagram.com"])
    }
}

impl fmt::Debug for InstagramConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstagramConfig").field("graph_url", &self.graph_url.as_str()).finish_non_exhaustive()
    }
}
