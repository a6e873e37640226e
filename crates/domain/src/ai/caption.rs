//! Captions for a post: what is asked for, what comes back, and what a platform takes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::AnswerCost;
use crate::{
    choice::{Choice, choices},
    onboarding::ContentType,
    platform::Platform,
    validation::{FieldErrors, refuse},
};

/// So many variants are written.
pub const VARIANTS: usize = 3;
/// Characters of a description.
pub const DESCRIPTION_MAX: usize = 500;
/// Keywords.
pub const KEYWORDS_MAX: usize = 10;
/// Characters of a keyword.
const KEYWORD_MAX: usize = 40;

choices! {
    /// How a caption sounds.
    #[derive(Default)]
    Tone {
        /// Light.
        #[default]
        Playful = "playful", "Playful";
        /// Close.
        Warm = "warm", "Warm";
        /// Sure of itself.
        Confident = "confident", "Confident";
        /// It makes curious.
        Mysterious = "mysterious", "Mysterious";
        /// Matter-of-fact.
        Professional = "professional", "Professional";
    }
}

/// `POST /api/ai/generate-caption`. All text, as a form sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CaptionInput {
    /// Word of [`Platform`].
    pub platform: String,
    /// Word of [`ContentType`].
    pub content_type: String,
    /// Word of [`Tone`]; default playful.
    pub tone: String,
    /// Each may hold several, split by commas.
    pub keywords: Vec<String>,
    /// What the post shows or says.
    pub description: String,
    /// `true`: they are written once more, also where they are known already.
    pub anew: String,
}

/// What was understood of a [`CaptionInput`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaptionRequest {
    /// Where it will be published.
    pub platform: Platform,
    /// What kind of post.
    pub content_type: ContentType,
    /// How it sounds.
    pub tone: Tone,
    /// What should occur in it.
    pub keywords: Vec<String>,
    /// What the post shows or says.
    pub description: String,
}

impl CaptionInput {
    /// Whether what is known already is written once more.
    pub fn is_anew(&self) -> bool {
        self.anew == "true"
    }

    /// Reads what was asked for.
    ///
    /// # Errors
    /// A sentence for each field that is not understood.
    pub fn parse(&self) -> Result<CaptionRequest, FieldErrors> {
        let mut errors = FieldErrors::new();
        let platform = Platform::parse(&self.platform);
        if platform.is_none() {
            refuse(&mut errors, "platform", "Choose a platform.");
        }
        let content_type = ContentType::parse(&self.content_type);
        if content_type.is_none() {
            refuse(&mut errors, "contentType", "Choose what you post.");
        }
        let tone = if self.tone.is_empty() { Some(Tone::default()) } else { Tone::parse(&self.tone) };
        if tone.is_none() {
            refuse(&mut errors, "tone", "Choose how it should sound.");
        }
        let words = self.keywords.iter().flat_map(|words| words.split(',')).map(str::trim).filter(|word| !word.is_empty());
        let keywords: Vec<_> = words.map(ToOwned::to_owned).collect();
        if keywords.len() > KEYWORDS_MAX || keywords.iter().any(|word| word.chars().count() > KEYWORD_MAX) {
            refuse(&mut errors, "keywords", "At most 10 keywords of 40 characters, split by commas.");
        }
        let description = self.description.trim().to_owned();
        if description.chars().count() > DESCRIPTION_MAX {
            refuse(&mut errors, "description", "At most 500 characters.");
        } else if description.is_empty() && keywords.is_empty() {
            refuse(&mut errors, "description", "Say what the post is about, here or with keywords.");
        }
        match (platform, content_type, tone) {
            (Some(platform), Some(content_type), Some(tone)) if errors.is_empty() => {
                Ok(CaptionRequest { platform, content_type, tone, keywords, description })
            }
            _ => Err(errors),
        }
    }
}

/// A caption that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaptionVariant {
    /// What it says, without hashtags.
    pub caption: String,
    /// With their `#`.
    pub hashtags: Vec<String>,
    /// What it tries, in a sentence for the creator.
    pub idea: String,
}

impl CaptionVariant {
    /// As it is published: the hashtags after an empty line.
    pub fn text(&self) -> String {
        if self.hashtags.is_empty() { self.caption.clone() } else { format!("{}\n\n{}", self.caption, self.hashtags.join(" ")) }
    }
}

/// Captions that were written. `POST /api/ai/generate-caption`, `GET /api/ai/captions?id=`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Captions {
    /// Ours.
    pub id: Uuid,
    /// What was asked for.
    pub request: CaptionRequest,
    /// Several, to choose from.
    pub variants: Vec<CaptionVariant>,
    /// Numbers in them that are not in what was asked for.
    pub unverified: Vec<String>,
    /// What they came to.
    pub cost: AnswerCost,
    /// Whether a stand-in wrote them.
    pub is_sandbox: bool,
    /// When they were written.
    pub created_at: DateTime<Utc>,
}

/// In what a platform counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LengthUnit {
    Characters,
    Utf16,
    Bytes,
    Weighted,
}

/// What a platform takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaptionLimits {
    /// The longest text, hashtags among it; see [`CaptionLimits::length`].
    pub most: usize,
    /// Hashtags; 0 where they mean nothing.
    pub hashtags: usize,
    unit: LengthUnit,
}

impl CaptionLimits {
    /// Of a platform. Reddit's is that of a title, YouTube's that of a description.
    pub const fn of(platform: Platform) -> Self {
        let (most, hashtags, unit): (_, _, LengthUnit) = match platform {
            Platform::Instagram => (2200, 30, LengthUnit::Characters),
            Platform::Tiktok => (2200, 100, LengthUnit::Utf16),
            Platform::Reddit => (300, 0, LengthUnit::Characters),
            // With more than 60 hashtags it ignores all of them.
            Platform::Youtube => (5000, 60, LengthUnit::Bytes),
            Platform::X => (280, 140, LengthUnit::Weighted),
            Platform::Onlyfans => (1000, 100, LengthUnit::Characters),
        };
        Self { most, hashtags, unit }
    }

    /// How long a text is, as the platform counts.
    pub fn length(self, text: &str) -> usize {
        match self.unit {
            LengthUnit::Characters => text.chars().count(),
            LengthUnit::Utf16 => text.encode_utf16().count(),
            LengthUnit::Bytes => text.len(),
            LengthUnit::Weighted => weighted(text),
        }
    }

    /// What is counted, in a word.
    pub const fn unit(self) -> &'static str {
        if matches!(self.unit, LengthUnit::Bytes) { "bytes" } else { "characters" }
    }

    /// What is counted, in words that say how.
    pub const fn counted(self) -> &'static str {
        match self.unit {
            LengthUnit::Characters => "characters",
            LengthUnit::Utf16 => "characters (emoji count twice)",
            LengthUnit::Bytes => "bytes of UTF-8",
            LengthUnit::Weighted => "characters (emoji and scripts like Chinese count twice)",
        }
    }

    /// Whether the platform takes a caption as it is.
    pub fn fit(self, variant: &CaptionVariant) -> bool {
        self.length(&variant.text()) <= self.most && variant.hashtags.len() <= self.hashtags
    }
}

/// As X counts (developer.x.com, "Counting characters"): Latin and a few more count once, everything else twice. X takes an address for 23 and a
/// joined emoji for one sign, which is not looked at here.
fn weighted(text: &str) -> usize {
    let weight = |character: char| match u32::from(character) {
        0..=4351 | 8192..=8205 | 8208..=8223 | 8242..=8247 => 1,
        _ => 2,
    };
    text.chars().map(weight).sum()
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
            anew: String::new(),
        }
    }

    #[test]
    fn what_is_asked_for_is_read_as_typed() {
        let request = input().parse().expect("valid");
        assert_eq!((request.platform, request.tone, request.description.as_str()), (Platform::X, Tone::Playful, "The sea."));
        assert_eq!(request.keywords, ["sea", "sun"]);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let nothing: Vec<_> = CaptionInput::default().parse().expect_err("empty").into_keys().collect();
        assert_eq!(nothing, ["contentType", "description", "platform"]);
        let long = CaptionInput { description: "x".repeat(501), keywords: vec!["y".repeat(41)], tone: "loud".to_owned(), ..input() };
        assert_eq!(long.parse().expect_err("too long").into_keys().collect::<Vec<_>>(), ["description", "keywords", "tone"]);
        let many = CaptionInput { keywords: vec!["a,b,c,d,e,f,g,h,i,j,k".to_owned()], ..input() };
        assert_eq!(many.parse().expect_err("too many").into_keys().collect::<Vec<_>>(), ["keywords"]);
    }

    #[test]
    fn each_platform_counts_in_its_own_way() {
        let length = |platform, text: &str| CaptionLimits::of(platform).length(text);
        assert_eq!(length(Platform::Instagram, "é🌊"), 2);
        assert_eq!(length(Platform::Tiktok, "é🌊"), 3);
        assert_eq!(length(Platform::Youtube, "é🌊"), 6);
        assert_eq!(length(Platform::X, "é🌊"), 3);
    }

    #[test]
    fn hashtags_count_too() {
        let variant = |caption: &str, hashtags: &[&str]| CaptionVariant {
            caption: caption.to_owned(),
            hashtags: hashtags.iter().map(|tag| (*tag).to_owned()).collect(),
            idea: String::new(),
        };
        let x = CaptionLimits::of(Platform::X);
        assert!(x.fit(&variant(&"a".repeat(280), &[])) && !x.fit(&variant(&"a".repeat(280), &["#b"])));
        assert_eq!(variant("The sea.", &["#sea", "#sun"]).text(), "The sea.\n\n#sea #sun");
        assert!(!CaptionLimits::of(Platform::Reddit).fit(&variant("The sea.", &["#sea"])));
    }

    proptest! {
        #[test]
        fn no_input_makes_it_panic(platform in ".*", keywords in proptest::collection::vec(".*", 0..4), description in ".*") {
            let input = CaptionInput { platform, keywords, description, ..input() };
            if let Ok(request) = input.parse() {
                prop_assert!(request.keywords.len() <= KEYWORDS_MAX && request.description.chars().count() <= DESCRIPTION_MAX);
            }
        }
    }
}
