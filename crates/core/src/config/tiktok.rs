use std::fmt;

use huntaze_domain::account::Secret;
use url::Url;

use super::Reader;

/// TikTok. Without both keys it is not offered.
#[derive(Clone)]
pub struct TiktokConfig {
    /// `TIKTOK_CLIENT_KEY` and `TIKTOK_CLIENT_SECRET`: of the app at TikTok.
    pub keys: Option<(String, Secret)>,
    /// `TIKTOK_AUTHORIZE_URL`: the consent page. Default TikTok's own.
    pub authorize_url: Url,
    /// `TIKTOK_API_URL`: tokens, profile, videos. Default TikTok's own.
    pub api_url: Url,
}

impl TiktokConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let keys = reader.pair("TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET");
        let authorize_url = reader.web_address("TIKTOK_AUTHORIZE_URL", "https://www.tiktok.com/v2/auth/authorize/");
        let api_url = reader.web_address("TIKTOK_API_URL", "https://open.tiktokapis.com");
        Some(Self { keys, authorize_url: authorize_url?, api_url: api_url? })
    }

    /// Whether a stand-in answers in TikTok's place.
    pub fn is_sandbox(&self) -> bool {
        super::is_elsewhere(&[&self.authorize_url, &self.api_url], &["tiktok.com", "tiktokapis.com"])
    }
}

impl fmt::Debug for TiktokConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TiktokConfig").field("api_url", &self.api_url.as_str()).finish_non_exhaustive()
    }
}
