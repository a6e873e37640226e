use std::fmt;

use url::Url;

use super::{ClientCredentials, Reader};

/// YouTube OAuth app and API. Without client credentials the platform is not offered.
#[derive(Clone)]
pub struct YoutubeConfig {
    /// `YOUTUBE_CLIENT_ID` and `YOUTUBE_CLIENT_SECRET`: OAuth client credentials of the Google Cloud project.
    pub credentials: Option<ClientCredentials>,
    /// `YOUTUBE_AUTHORIZE_URL`: OAuth authorization endpoint. Default Google's.
    pub authorize_url: Url,
    /// `YOUTUBE_TOKEN_URL`: OAuth token endpoint; the revocation endpoint is derived from it. Default Google's.
    pub token_url: Url,
    /// `YOUTUBE_DATA_URL`: YouTube Data API, for channel and videos. Default Google's.
    pub data_url: Url,
    /// `YOUTUBE_ANALYTICS_URL`: YouTube Analytics API, for daily metrics. Default Google's.
    pub analytics_url: Url,
}

impl YoutubeConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let credentials = reader.client_credentials("YOUTUBE_CLIENT_ID", "YOUTUBE_CLIENT_SECRET");
        let authorize_url = reader.web_address("YOUTUBE_AUTHORIZE_URL", "https://accounts.google.com/o/oauth2/v2/auth");
        let token_url = reader.web_address("YOUTUBE_TOKEN_URL", "https://oauth2.googleapis.com/token");
        let data_url = reader.web_address("YOUTUBE_DATA_URL", "https://www.googleapis.com/youtube/v3");
        let analytics_url = reader.web_address("YOUTUBE_ANALYTICS_URL", "https://youtubeanalytics.googleapis.com/v2");
        Some(Self { credentials, authorize_url: authorize_url?, token_url: token_url?, data_url: data_url?, analytics_url: analytics_url? })
    }

    /// Returns whether requests go to the sandbox instead of YouTube.
    pub fn is_sandbox(&self) -> bool {
        let urls = [&self.authorize_url, &self.token_url, &self.data_url, &self.analytics_url];
        super::is_elsewhere(&urls, &["google.com", "googleapis.com"])
    }
}

impl fmt::Debug for YoutubeConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("YoutubeConfig").field("data_url", &self.data_url.as_str()).finish_non_exhaustive()
    }
}
