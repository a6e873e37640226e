use std::fmt;

use url::Url;

use super::{ClientCredentials, Reader};

/// TikTok OAuth app and API. Without client credentials the platform is not offered.
#[derive(Clone)]
pub struct TiktokConfig {
    /// `TIKTOK_CLIENT_KEY` and `TIKTOK_CLIENT_SECRET`: OAuth client credentials of the app registered at TikTok.
    pub credentials: Option<ClientCredentials>,
    /// `TIKTOK_AUTHORIZE_URL`: OAuth authorization endpoint. Default TikTok's.
    pub authorize_url: Url,
    /// `TIKTOK_API_URL`: API for tokens, profile and videos. Default TikTok's.
    pub api_url: Url,
}

impl TiktokConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let credentials = reader.client_credentials("TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET");
        let authorize_url = reader.web_address("TIKTOK_AUTHORIZE_URL", "https://www.tiktok.com/v2/auth/authorize/");
        let api_url = reader.web_address("TIKTOK_API_URL", "https://open.tiktokapis.com");
        Some(Self { credentials, authorize_url: authorize_url?, api_url: api_url? })
    }

    /// Returns whether requests go to the sandbox instead of TikTok.
    pub fn is_sandbox(&self) -> bool {
        super::is_elsewhere(&[&self.authorize_url, &self.api_url], &["tiktok.com", "tiktokapis.com"])
    }
}

impl fmt::Debug for TiktokConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TiktokConfig").field("api_url", &self.api_url.as_str()).finish_non_exhaustive()
    }
}
