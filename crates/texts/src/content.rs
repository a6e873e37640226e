//! Captions: kinds of posts, tones and lengths.

use huntaze_domain::{
    content::{
        captions::{CaptionLimits, LengthUnit, Tone},
        drafts::MAX_DRAFTS,
        x_length::TopLevelDomains,
    },
    money::grouped,
    platform::Platform,
};

use crate::texts;

texts! {
    Tone {
        Playful => "Playful";
        Warm => "Warm";
        Confident => "Confident";
        Mysterious => "Mysterious";
        Professional => "Professional";
    }
}

// How the length of a text is measured, in full.
texts! {
    LengthUnit {
        Characters => "characters";
        Utf16 => "characters (emoji count twice)";
        Bytes => "bytes of UTF-8";
        Weighted => "characters (emoji and scripts like Chinese count twice, web addresses 23)";
    }
}

/// A length with its unit: `1 character`, `5,000 bytes`.
pub fn length(length: usize, unit: LengthUnit) -> String {
    let noun = if unit == LengthUnit::Bytes { "byte" } else { "character" };
    let plural = if length == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(i64::try_from(length).unwrap_or(i64::MAX)))
}

/// Error: the user has as many drafts as they may keep.
pub fn too_many_drafts() -> String {
    format!("You keep {MAX_DRAFTS} drafts. Delete one first.")
}

/// Length and number of hashtags of a text, against the limits of its platform. X needs the top-level domains to be exact.
pub fn usage_text(platform: Platform, text: &str, domains: Option<&TopLevelDomains>) -> String {
    let limits = CaptionLimits::of(platform);
    let used = format!("{} of {}", count(limits.length(text, domains)), length(limits.max_length, limits.unit));
    match limits.hashtags {
        0 => used,
        most => format!("{used}, {} of {} hashtags", count(hashtags(text)), count(most)),
    }
}

/// Why a text exceeds the limits of its platform; `None` if it fits.
pub fn limit_error(platform: Platform, text: &str, domains: Option<&TopLevelDomains>) -> Option<String> {
    let limits = CaptionLimits::of(platform);
    let (used, tags) = (limits.length(text, domains), hashtags(text));
    match (used.saturating_sub(limits.max_length), tags.saturating_sub(limits.hashtags)) {
        (over @ 1.., _) => Some(format!("Too long by {}.", length(over, limits.unit))),
        (_, 1..) if limits.hashtags == 0 => Some("Hashtags mean nothing there.".to_owned()),
        (_, over @ 1..) => Some(format!("Hashtags too many: {}.", count(over))),
        _ => None,
    }
}

/// Warning about numbers that the user did not give; `None` if there are none.
pub fn unverified_warning(numbers: &[String]) -> Option<String> {
    (!numbers.is_empty()).then(|| format!("Check, as you did not give it: {}.", numbers.join("; ")))
}

fn count(number: usize) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

fn hashtags(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.len() > 1 && word.starts_with('#')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caption_over_limit_returns_error() {
        assert_eq!(usage_text(Platform::X, "The sea. #sea", None), "13 of 280 characters, 1 of 140 hashtags");
        assert_eq!(limit_error(Platform::X, "The sea. #sea", None), None);
        assert_eq!(limit_error(Platform::X, &"a".repeat(281), None).as_deref(), Some("Too long by 1 character."));
        assert_eq!(usage_text(Platform::Reddit, "The sea.", None), "8 of 300 characters");
        assert_eq!(limit_error(Platform::Reddit, "The sea. #sea", None).as_deref(), Some("Hashtags mean nothing there."));
        assert_eq!(limit_error(Platform::Instagram, &"#a ".repeat(31), None).as_deref(), Some("Hashtags too many: 1."));
        assert_eq!(usage_text(Platform::Youtube, "é", None), "2 of 5,000 bytes, 0 of 60 hashtags");
    }
}
