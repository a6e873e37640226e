use url::Url;

use super::Reader;

/// A partner service that reads the earnings of creators at `OnlyFans`, each with a key of the creator's own. Without an address it is not offered.
#[derive(Debug, Clone)]
pub struct PartnerConfig {
    /// `PARTNER_API_URL`: `https://app.onlyfansapi.com/api`, to offer it.
    pub api_url: Option<Url>,
}

impl PartnerConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let api_url = reader.optional_web_address("PARTNER_API_URL")?;
        Some(Self { api_url })
    }

    /// Whether a stand-in answers in its place.
    pub fn is_sandbox(&self) -> bool {
        self.api_url.as_ref().is_some_and(|url| super::is_elsewhere(&[url], &["onlyfansapi.com"]))
    }
}
