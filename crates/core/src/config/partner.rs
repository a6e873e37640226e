use url::Url;

use super::Reader;

/// Partner service that returns a user's `OnlyFans` earnings for the user's own API key. Not offered without a URL.
#[derive(Debug, Clone)]
pub struct PartnerConfig {
    /// `PARTNER_API_URL`: base URL, such as `https://app.onlyfansapi.com/api`. Default none.
    pub api_url: Option<Url>,
}

impl PartnerConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let api_url = reader.optional_web_address("PARTNER_API_URL")?;
        Some(Self { api_url })
    }

    /// Returns whether requests go to the sandbox instead of the partner service.
    pub fn is_sandbox(&self) -> bool {
        self.api_url.as_ref().is_some_and(|url| super::is_elsewhere(&[url], &["onlyfansapi.com"]))
    }
}
