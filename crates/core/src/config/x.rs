use std::fmt;

use url::Url;

use super::{ClientCredentials, Reader};

/// Millionths of a US dollar per cent.
const CENT: i64 = 10_000;

/// X OAuth app, API and budget. Without client credentials and a budget the platform is not offered, because X bills API requests.
#[derive(Clone)]
pub struct XConfig {
    /// `X_CLIENT_ID` and `X_CLIENT_SECRET`: OAuth client credentials of the app registered at X.
    pub credentials: Option<ClientCredentials>,
    /// `X_MONTHLY_BUDGET_CENTS`, converted to millionths of a US dollar: limit on the cost of all syncs in a calendar month (UTC). Default
    /// 0.
    pub monthly_budget: i64,
    /// `X_AUTHORIZE_URL`: OAuth authorization endpoint. Default X's.
    pub authorize_url: Url,
    /// `X_API_URL`: API for tokens, profile and posts. Default X's.
    pub api_url: Url,
}

impl XConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let credentials = reader.client_credentials("X_CLIENT_ID", "X_CLIENT_SECRET");
        let cents: Option<u32> = reader.or("X_MONTHLY_BUDGET_CENTS", 0);
        let authorize_url = reader.web_address("X_AUTHORIZE_URL", "https://x.com/i/oauth2/authorize");
        let api_url = reader.web_address("X_API_URL", "https://api.x.com");
        Some(Self { credentials, monthly_budget: i64::from(cents?) * CENT, authorize_url: authorize_url?, api_url: api_url? })
    }

    /// Returns whether requests go to the sandbox instead of X.
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
