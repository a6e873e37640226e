//! Captions for a post: request, result and the limits of each platform.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::x_length::{TopLevelDomains, x_length};
use crate::{
    billing::AiUsage,
    ids::CaptionsId,
    onboarding::ContentType,
    platform::Platform,
    string_enum::{StringEnum, string_enum},
    text::{clean_line, clean_text},
    validation::{FieldError, FieldErrors, add_error},
};

/// Number of variants that are generated.
pub const VARIANT_COUNT: usize = 3;
/// Maximum length of a description in characters.
pub const MAX_DESCRIPTION_CHARS: usize = 500;
/// Maximum number of keywords.
pub const MAX_KEYWORDS: usize = 10;
/// Maximum length of a keyword in characters.
const MAX_KEYWORD_CHARS: usize = 40;

string_enum! {
    /// Tone of a caption.
    #[derive(Default)]
    Tone {
        /// Light and playful.
        #[default]
        Playful = "playful";
        /// Warm and personal.
        Warm = "warm";
        /// Self-confident.
        Confident = "confident";
        /// Arouses curiosity.
        Mysterious = "mysterious";
        /// Factual.
        Professional = "professional";
    }
}

/// `POST /api/ai/generate-caption`: requests captions. All fields are text, as sent by a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CaptionInput {
    /// Word of [`Platform`].
    pub platform: String,
    /// Word of [`ContentType`].
    pub content_type: String,
    /// Word of [`Tone`]; defaults to playful.
    pub tone: String,
    /// Keywords; each text may hold several, separated by commas.
    pub keywords: Vec<String>,
    /// Description of the post.
    pub description: String,
    /// `true` bypasses the cache, so that the captions are generated again.
    pub regenerate: String,
}

/// A validated [`CaptionInput`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaptionRequest {
    /// Platform on which the post will be published.
    pub platform: Platform,
    /// Type of the post.
    pub content_type: ContentType,
    /// Tone of the captions.
    pub tone: Tone,
    /// Words that the captions should contain.
    pub keywords: Vec<String>,
    /// Description of the post; may be empty if there are keywords.
    pub description: String,
}

impl CaptionInput {
    /// Returns whether the cache is to be bypassed.
    pub fn wants_regeneration(&self) -> bool {
        self.regenerate == "true"
    }

    /// Parses and validates the input.
    pub fn parse(&self) -> Result<CaptionRequest, FieldErrors> {
        let mut errors = FieldErrors::new();
        let platform = Platform::parse(&self.platform);
        if platform.is_none() {
            add_error(&mut errors, "platform", FieldError::PlatformMissing);
        }
        let content_type = ContentType::parse(&self.content_type);
        if content_type.is_none() {
            add_error(&mut errors, "contentType", FieldError::ContentTypeMissing);
        }
        let tone = if self.tone.is_empty() { Some(Tone::default()) } else { Tone::parse(&self.tone) };
        if tone.is_none() {
            add_error(&mut errors, "tone", FieldError::ToneMissing);
        }
        let words = self.keywords.iter().flat_map(|words| words.split(',')).map(clean_line);
        let keywords: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        if keywords.len() > MAX_KEYWORDS || keywords.iter().any(|word| word.chars().count() > MAX_KEYWORD_CHARS) {
            add_error(&mut errors, "keywords", FieldError::KeywordsTooMany);
        }
        let description = clean_text(&self.description);
        if description.chars().count() > MAX_DESCRIPTION_CHARS {
            add_error(&mut errors, "description", FieldError::DescriptionTooLong);
        } else if description.is_empty() && keywords.is_empty() {
            add_error(&mut errors, "description", FieldError::DescriptionMissing);
        }
        match (platform, content_type, tone) {
            (Some(platform), Some(content_type), Some(tone)) if errors.is_empty() => {
                Ok(CaptionRequest { platform, content_type, tone, keywords, description })
            }
            _ => Err(errors),
        }
    }
}

/// A generated caption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaptionVariant {
    /// Text without hashtags.
    pub caption: String,
    /// Hashtags, including the `#`.
    pub hashtags: Vec<String>,
    /// Rationale of the variant, one sentence for the user.
    pub rationale: String,
}

impl CaptionVariant {
    /// Returns the text as it is published: the caption, an empty line and the hashtags.
    pub fn text(&self) -> String {
        if self.hashtags.is_empty() { self.caption.clone() } else { format!("{}\n\n{}", self.caption, self.hashtags.join(" ")) }
    }
}

/// `POST /api/ai/generate-caption`, `GET /api/ai/captions?id=`: a stored set of generated captions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Captions {
    /// Id of the captions.
    pub id: CaptionsId,
    /// Request that led to the captions.
    pub request: CaptionRequest,
    /// Variants to choose from, [`VARIANT_COUNT`] of them.
    pub variants: Vec<CaptionVariant>,
    /// Numbers in the captions that do not occur in the request.
    pub unverified_numbers: Vec<String>,
    /// Usage of the request: tokens, models and cost.
    pub usage: AiUsage,
    /// Whether the sandbox stood in for the model.
    pub is_sandbox: bool,
    /// Time of the generation.
    pub created_at: DateTime<Utc>,
}

/// Unit in which a platform measures the length of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthUnit {
    /// Unicode scalar values.
    Characters,
    /// UTF-16 code units.
    Utf16,
    /// Bytes of UTF-8.
    Bytes,
    /// Weighted characters of X, see [`x_length`].
    Weighted,
}

/// Limits of a platform for captions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaptionLimits {
    /// Maximum length of the text including its hashtags, in the unit of [`CaptionLimits::length`].
    pub max_length: usize,
    /// Maximum number of hashtags; 0 if the platform has none.
    pub hashtags: usize,
    /// Unit of `max_length`.
    pub unit: LengthUnit,
}

impl CaptionLimits {
    /// Returns the limits of a platform. For Reddit these are the limits of a title, for YouTube those of a description.
    pub const fn of(platform: Platform) -> Self {
        let (max_length, hashtags, unit): (_, _, LengthUnit) = match platform {
            Platform::Instagram => (2200, 30, LengthUnit::Characters),
            Platform::Tiktok => (2200, 100, LengthUnit::Utf16),
            Platform::Reddit => (300, 0, LengthUnit::Characters),
            // YouTube ignores all hashtags of a video with more than 60.
            Platform::Youtube => (5000, 60, LengthUnit::Bytes),
            Platform::X => (280, 140, LengthUnit::Weighted),
            Platform::Onlyfans => (1000, 100, LengthUnit::Characters),
        };
        Self { max_length, hashtags, unit }
    }

    /// Returns the length of a text in NFC as the platform measures it. X needs the top-level domains to be exact.
    pub fn length(self, text: &str, domains: Option<&TopLevelDomains>) -> usize {
        match self.unit {
            LengthUnit::Characters => text.chars().count(),
            LengthUnit::Utf16 => text.encode_utf16().count(),
            LengthUnit::Bytes => text.len(),
            LengthUnit::Weighted => x_length(text, domains),
        }
    }

    /// Returns whether the platform accepts a caption as it is.
    pub fn accepts(self, variant: &CaptionVariant) -> bool {
        self.length(&variant.text(), Some(TopLevelDomains::all())) <= self.max_length && variant.hashtags.len() <= self.hashtags
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn input() -> CaptionInput {
        CaptionInput {
            platform: "x".to_owned(),
            content_type: "photos".to_owned(),
            tone: String::new(),
            keywords: vec!["sea, sun".to_owned(), " ".to_owned()],
            description: "  The sea.  ".to_owned(),
            regenerate: String::new(),
        }
    }

    #[test]
    fn parse_trims_description_and_splits_keywords() {
        let request = input().parse().expect("valid");
        assert_eq!((request.platform, request.tone, request.description.as_str()), (Platform::X, Tone::Playful, "The sea."));
        assert_eq!(request.keywords, ["sea", "sun"]);
    }

    #[test]
    fn parse_of_invalid_input_names_the_fields() {
        let nothing: Vec<_> = CaptionInput::default().parse().expect_err("empty").into_keys().collect();
        assert_eq!(nothing, ["contentType", "description", "platform"]);
        let long = CaptionInput { description: "x".repeat(501), keywords: vec!["y".repeat(41)], tone: "loud".to_owned(), ..input() };
        assert_eq!(long.parse().expect_err("too long").into_keys().collect::<Vec<_>>(), ["description", "keywords", "tone"]);
        let many = CaptionInput { keywords: vec!["a,b,c,d,e,f,g,h,i,j,k".to_owned()], ..input() };
        assert_eq!(many.parse().expect_err("too many").into_keys().collect::<Vec<_>>(), ["keywords"]);
    }

    #[test]
    fn length_uses_the_unit_of_the_platform() {
        let length = |platform, text: &str| CaptionLimits::of(platform).length(text, None);
        assert_eq!(length(Platform::Instagram, "é🌊"), 2);
        assert_eq!(length(Platform::Tiktok, "é🌊"), 3);
        assert_eq!(length(Platform::Youtube, "é🌊"), 6);
        assert_eq!(length(Platform::X, "é🌊"), 3);
    }

    #[test]
    fn accepts_includes_hashtags_in_length() {
        let variant = |caption: &str, hashtags: &[&str]| CaptionVariant {
            caption: caption.to_owned(),
            hashtags: hashtags.iter().map(|tag| (*tag).to_owned()).collect(),
            rationale: String::new(),
        };
        let x = CaptionLimits::of(Platform::X);
        assert!(x.accepts(&variant(&"a".repeat(280), &[])) && !x.accepts(&variant(&"a".repeat(280), &["#b"])));
        assert_eq!(variant("The sea.", &["#sea", "#sun"]).text(), "The sea.\n\n#sea #sun");
        assert!(!CaptionLimits::of(Platform::Reddit).accepts(&variant("The sea.", &["#sea"])));
    }

    proptest! {
        #[test]
        fn parse_of_any_text_stays_within_limits(platform in ".*", keywords in proptest::collection::vec(".*", 0..4), description in ".*") {
            let input = CaptionInput { platform, keywords, description, ..input() };
            if let Ok(request) = input.parse() {
                prop_assert!(request.keywords.len() <= MAX_KEYWORDS && request.description.chars().count() <= MAX_DESCRIPTION_CHARS);
            }
        }
    }
}
