use std::fmt;

use huntaze_domain::account::Secret;
use url::Url;

use super::Reader;

/// Reddit. Without both keys it is not offered.
#[derive(Clone)]
pub struct RedditConfig {
    /// `REDDIT_CLIENT_ID` and `REDDIT_CLIENT_SECRET`: of the app that Reddit approved.
    pub keys: Option<(String, Secret)>,
    /// `REDDIT_USER_AGENT`: Reddit wants a name of its own, with the operator's account: `web:huntaze:v1 (by /u/…)`.
    pub user_agent: String,
    /// `REDDIT_AUTHORIZE_URL`: the consent page. Default Reddit's own.
    pub authorize_url: Url,
    /// `REDDIT_TOKEN_URL`: gives and takes tokens; beside it they are revoked. Default Reddit's own.
    pub token_url: Url,
    /// `REDDIT_API_URL`: profile and posts. Default Reddit's own.
    pub api_url: Url,
}

impl RedditConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let keys = reader.pair("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET");
        let user_agent = reader.or("REDDIT_USER_AGENT", "web:huntaze:v1".to_owned());
        let authorize_url = reader.web_address("REDDIT_AUTHORIZE_URL", "https://www.reddit.com/api/v1/authorize");
        let token_url = reader.web_address("REDDIT_TOKEN_URL", "https://www.reddit.com/api/v1/access_token");
        let api_url = reader.web_address("REDDIT_API_URL", "https://oauth.reddit.com");
        Some(Self { keys, user_agent: user_agent?, authorize_url: authorize_url?, token_url: token_url?, api_url: api_url? })
    }

    /// Whether a stand-in answers in Reddit's place.
    pub fn is_sandbox(&self) -> bool {
        super::is_elsewhere(&[&self.authorize_url, &self.token_url, &self.api_url], &["reddit.com"])
    }
}

impl fmt::Debug for RedditConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedditConfig").field("api_url", &self.api_url.as_str()).finish_non_exhaustive()
    }
}
