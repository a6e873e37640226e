//! AI settings of a user: writing style and monthly cost cap.

use serde::{Deserialize, Serialize};

use crate::{
    accounts::Plan,
    money::Currency,
    text::{clean_line, clean_text},
    validation::{FieldError, FieldErrors, add_error},
};

/// Maximum number of writing samples.
pub const VOICE_SAMPLE_COUNT: usize = 3;
/// Maximum length of a writing sample in characters.
const MAX_SAMPLE_CHARS: usize = 600;
/// Maximum number of banned words.
const MAX_BANNED_WORDS: usize = 30;
/// Maximum length of a banned word or phrase in characters.
const MAX_BANNED_WORD_CHARS: usize = 40;

/// `GET /api/ai/settings`: the AI settings of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AiSettings {
    /// Plan of the user.
    pub plan: Plan,
    /// Writing style of the user.
    pub voice: Voice,
    /// The user's own monthly cost cap in millionths of a US dollar; applies only to plans without a quota. `None` means no cap.
    pub monthly_cap_micro_usd: Option<i64>,
    /// Cost of this month's calls in millionths of a US dollar.
    pub spent_micro_usd: i64,
}

/// Writing style of a user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Voice {
    /// Texts written by the user.
    pub samples: Vec<String>,
    /// Banned words and phrases, which captions must not contain.
    pub banned_words: Vec<String>,
}

impl Voice {
    /// Returns the first banned word or phrase that a text contains as whole words, ignoring case and punctuation.
    pub fn find_banned_word(&self, text: &str) -> Option<&str> {
        let text = format!(" {} ", spaced(text));
        self.banned_words.iter().map(String::as_str).find(|word| text.contains(&format!(" {} ", spaced(word))))
    }
}

/// Converts a text to lower case, and replaces everything between letters and digits with one space.
fn spaced(text: &str) -> String {
    let lower = text.to_lowercase();
    lower.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `POST /api/ai/settings`: updates the settings. All fields are text, as sent by a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AiSettingsInput {
    /// Texts written by the user; empty ones are dropped. Must be there, so that a body that lacks them removes nothing.
    pub samples: Vec<String>,
    /// Banned words and phrases, separated by commas or newlines.
    pub banned_words: String,
    /// Monthly cost cap in US dollars; empty for no cap.
    pub monthly_cap: String,
}

impl AiSettingsInput {
    /// Parses and validates the input: the writing style, and the cost cap in millionths of a US dollar.
    pub fn parse(&self) -> Result<(Voice, Option<i64>), FieldErrors> {
        let mut errors = FieldErrors::new();
        let samples: Vec<_> = self.samples.iter().map(|sample| clean_text(sample)).filter(|sample| !sample.is_empty()).collect();
        if samples.len() > VOICE_SAMPLE_COUNT || samples.iter().any(|sample| sample.chars().count() > MAX_SAMPLE_CHARS) {
            add_error(&mut errors, "samples", FieldError::VoiceSamplesTooLong);
        }
        let words = self.banned_words.split([',', '\n']).map(clean_line).filter(|word| !spaced(word).is_empty());
        let banned_words: Vec<_> = words.collect();
        if banned_words.len() > MAX_BANNED_WORDS || banned_words.iter().any(|word| word.chars().count() > MAX_BANNED_WORD_CHARS) {
            add_error(&mut errors, "bannedWords", FieldError::BannedWordsTooMany);
        }
        let amount = self.monthly_cap.trim();
        let cap = Currency::Usd.parse_minor(amount).and_then(|cents| cents.checked_mul(10_000));
        if cap.is_none() && !amount.is_empty() {
            add_error(&mut errors, "monthlyCap", FieldError::CapInvalid);
        }
        if errors.is_empty() { Ok((Voice { samples, banned_words }, cap)) } else { Err(errors) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parse_splits_words_and_converts_cap() {
        let input = AiSettingsInput {
            samples: vec![" Hi, my loves! ".to_owned(), " ".to_owned()],
            banned_words: "cheap, buy now,, ".to_owned(),
            monthly_cap: "12.50".to_owned(),
        };
        let (voice, cap) = input.parse().expect("valid");
        assert_eq!(
            (voice.samples, voice.banned_words, cap),
            (vec!["Hi, my loves!".to_owned()], vec!["cheap".to_owned(), "buy now".to_owned()], Some(12_500_000))
        );
        let wrong = AiSettingsInput { samples: vec!["x".repeat(601)], banned_words: "y".repeat(41), monthly_cap: "much".to_owned() };
        assert_eq!(wrong.parse().expect_err("wrong").into_keys().collect::<Vec<_>>(), ["bannedWords", "monthlyCap", "samples"]);
    }

    #[test]
    fn find_never_word_matches_whole_words() {
        let voice = Voice { samples: Vec::new(), banned_words: vec!["Cheap".to_owned(), "buy now".to_owned(), "été".to_owned()] };
        assert_eq!(voice.find_banned_word("A cheap trick"), Some("Cheap"));
        assert_eq!(voice.find_banned_word("Cheaper, and cheap-ish"), Some("Cheap"));
        assert_eq!(voice.find_banned_word("#cheaper"), None);
        assert_eq!(voice.find_banned_word("BUY  NOW!"), Some("buy now"));
        assert_eq!(voice.find_banned_word("Un ÉTÉ"), Some("été"));
    }

    proptest! {
        #[test]
        fn parse_of_any_text_does_not_panic(samples in proptest::collection::vec("\\PC*", 0..5), banned_words in "\\PC*", monthly_cap in "\\PC{0,20}", text in "\\PC*") {
            let input = AiSettingsInput { samples, banned_words, monthly_cap };
            if let Ok((voice, _)) = input.parse() {
                let _ = voice.find_banned_word(&text);
            }
        }
    }
}
