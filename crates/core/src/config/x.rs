use std::fmt;

use huntaze_domain::account::Secret;
use url::Url;

use super::Reader;

/// Millionths of a dollar in a cent.
const CENT: i64 = 10_000;

/// X. Without both keys and a budget it is not offered: every reading costs money.
#[derive(Clone)]
pub struct XConfig {
    /// `X_CLIENT_ID` and `X_CLIENT_SECRET`: of the app at X.
    pub keys: Option<(String, Secret)>,
    /// `X_MONTHLY_BUDGET_CENTS`, here in millionths of a dollar: what all readings of a calendar month (UTC) may cost. Default 0.
    pub monthly_budget: i64,
    /// `X_AUTHORIZE_URL`: the consent page. Default X's own.
    pub authorize_url: Url,
    /// `X_API_URL`: tokens, profile, posts. Default X's own.
    pub api_url: Url,
}

impl XConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let keys = reader.pair("X_CLIENT_ID", "X_CLIENT_SECRET");
        let cents: Option<u32> = reader.or("X_MONTHLY_BUDGET_CENTS", 0);
        let authorize_url = reader.web_address("X_AUTHORIZE_URL", "https://x.com/i/oauth2/authorize");
        let api_url = reader.web_address("X_API_URL", "https://api.x.com");
        Some(Self { keys, monthly_budget: i64::from(cents?) * CENT, authorize_url: authorize_url?, api_url: api_url? })
    }

    /// Whether a stand-in answers in X's place.
    pub fn is_sandbox(&self) -> bool {
        super::is_elsewhere(&[&self.authorize_url, &self.api_url], &["x.com"])
    }
}

impl fmt::Debug for XConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XConfig")
            .field("api_url", &self.api_url.as_str())
            .field("monthly_budget", &self.monthly_budget)
            .finish_non_exhaustive()
    }
}
