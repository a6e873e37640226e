use std::fmt;

use huntaze_domain::{accounts::Secret, billing::prices::Prices};
use url::Url;

use super::Reader;

/// Gemini API. Without an API key, AI features are disabled.
#[derive(Clone)]
pub struct GeminiConfig {
    /// `GEMINI_API_KEY`: `None` disables AI features.
    pub key: Option<Secret>,
    /// `GEMINI_API_URL`: base URL of the API. Default Google's.
    pub url: Url,
    /// `GEMINI_MODEL`: name of the model.
    pub model: String,
    /// `GEMINI_FALLBACK_MODEL`: fallback model, used if the first one has been retired.
    pub fallback_model: String,
    /// `GEMINI_PRICES`: token prices; both models need a price without a start date.
    pub prices: Prices,
}

/// Default of `GEMINI_PRICES`: the vendor's published prices as of 2026-10-07.
const PRICES: &str = "gemini-3.8-flash=0.75/3.75,gemini-3.8-flash@2027-01-01=1.50/7.50,gemini-3.5-flash-lite=0.30/2.50";

impl GeminiConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let key = reader.secret("GEMINI_API_KEY").map(Secret::from);
        let url = reader.web_address("GEMINI_API_URL", "https://generativelanguage.googleapis.com/v1beta");
        let model = reader.or("GEMINI_MODEL", "gemini-3.8-flash".to_owned());
        let fallback_model = reader.or("GEMINI_FALLBACK_MODEL", "gemini-3.5-flash-lite".to_owned());
        let prices = reader.optional("GEMINI_PRICES").unwrap_or_else(|| PRICES.to_owned());
        let prices = match prices.parse::<Prices>() {
            Ok(prices) => Some(prices),
            Err(error) => {
                reader.problem(format!("GEMINI_PRICES: {error}"));
                None
            }
        };
        let config = Self { key, url: url?, model: model?, fallback_model: fallback_model?, prices: prices? };
        for model in [&config.model, &config.fallback_model] {
            if !config.prices.always_knows(model) {
                reader.problem(format!("GEMINI_PRICES has no price of {model} that holds from the first day"));
            }
        }
        Some(config)
    }

    /// Returns whether requests go to the sandbox instead of the vendor.
    pub fn is_sandbox(&self) -> bool {
        super::is_elsewhere(&[&self.url], &["googleapis.com"])
    }
}

impl fmt::Debug for GeminiConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeminiConfig").field("url", &self.url.as_str()).field("model", &self.model).finish_non_exhaustive()
    }
}
