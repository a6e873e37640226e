//! What a creator sets for AI: how it writes, and what it may cost.

use serde::{Deserialize, Serialize};

use crate::{
    account::Plan,
    money::Currency,
    validation::{FieldErrors, refuse, typed_text},
};

/// Samples of a creator's own texts.
pub const SAMPLES: usize = 3;
/// Characters of a sample.
const SAMPLE_MAX: usize = 600;
/// Words that are never used.
const WORDS_MAX: usize = 30;
/// Characters of a word.
const WORD_MAX: usize = 40;

/// What is set. `GET /api/ai/settings`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AiSettings {
    /// What was chosen.
    pub plan: Plan,
    /// How the creator writes, to go by.
    pub voice: Voice,
    /// No more is spent in a month, where requests are without a limit; millionths of a dollar.
    pub monthly_cap_micro: Option<i64>,
    /// What the calls of this month come to, in millionths of a dollar.
    pub spent_micro: i64,
}

/// How a creator writes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Voice {
    /// Texts of the creator.
    pub samples: Vec<String>,
    /// Words that the creator never uses.
    pub never_words: Vec<String>,
}

impl Voice {
    /// The first word in a text that the creator never uses; as a word, in any case.
    pub fn find_never_word(&self, text: &str) -> Option<&str> {
        let text = format!(" {} ", spaced(text));
        self.never_words.iter().map(String::as_str).find(|word| text.contains(&format!(" {} ", spaced(word))))
    }
}

/// In small letters, with one space in the place of all that is neither letter nor digit.
fn spaced(text: &str) -> String {
    let lower = text.to_lowercase();
    lower.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `POST /api/ai/settings`. All text, as a form sends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AiSettingsInput {
    /// Texts of the creator.
    #[serde(default)]
    pub samples: Vec<String>,
    /// Words that are never used, split by commas.
    pub never_words: String,
    /// Dollars; empty for no cap.
    pub monthly_cap: String,
}

impl AiSettingsInput {
    /// Reads what is to be set.
    ///
    /// # Errors
    /// A sentence for each field that is not understood.
    pub fn parse(&self) -> Result<(Voice, Option<i64>), FieldErrors> {
        let mut errors = FieldErrors::new();
        let samples: Vec<_> = self.samples.iter().map(|sample| typed_text(sample)).filter(|sample| !sample.is_empty()).collect();
        if samples.len() > SAMPLES || samples.iter().any(|sample| sample.chars().count() > SAMPLE_MAX) {
            refuse(&mut errors, "samples", "At most 3 texts of 600 characters.");
        }
        let words = self.never_words.split([',', '\n']).map(str::trim).filter(|word| !spaced(word).is_empty());
        let never_words: Vec<_> = words.map(ToOwned::to_owned).collect();
        if never_words.len() > WORDS_MAX || never_words.iter().any(|word| word.chars().count() > WORD_MAX) {
            refuse(&mut errors, "neverWords", "At most 30 words of 40 characters, split by commas.");
        }
        let amount = self.monthly_cap.trim();
        let cap = Currency::Usd.parse_minor(amount).and_then(|cents| cents.checked_mul(10_000));
        if cap.is_none() && !amount.is_empty() {
            refuse(&mut errors, "monthlyCap", "An amount of dollars, as 20 or 12.50.");
        }
        if errors.is_empty() { Ok((Voice { samples, never_words }, cap)) } else { Err(errors) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_set_is_read_as_typed() {
        let input = AiSettingsInput {
            samples: vec![" Hi, my loves! ".to_owned(), " ".to_owned()],
            never_words: "cheap, buy now,, ".to_owned(),
            monthly_cap: "12.50".to_owned(),
        };
        let (voice, cap) = input.parse().expect("valid");
        assert_eq!(
            (voice.samples, voice.never_words, cap),
            (vec!["Hi, my loves!".to_owned()], vec!["cheap".to_owned(), "buy now".to_owned()], Some(12_500_000))
        );
        let wrong = AiSettingsInput { samples: vec!["x".repeat(601)], never_words: "y".repeat(41), monthly_cap: "much".to_owned() };
        assert_eq!(wrong.parse().expect_err("wrong").into_keys().collect::<Vec<_>>(), ["monthlyCap", "neverWords", "samples"]);
    }

    #[test]
    fn a_word_is_found_as_a_word() {
        let voice = Voice { samples: Vec::new(), never_words: vec!["Cheap".to_owned(), "buy now".to_owned(), "été".to_owned()] };
        assert_eq!(voice.find_never_word("A cheap trick"), Some("Cheap"));
        assert_eq!(voice.find_never_word("Cheaper, and cheap-ish"), Some("Cheap"));
        assert_eq!(voice.find_never_word("#cheaper"), None);
        assert_eq!(voice.find_never_word("BUY  NOW!"), Some("buy now"));
        assert_eq!(voice.find_never_word("Un ÉTÉ"), Some("été"));
    }

    proptest! {
        #[test]
        fn no_input_makes_it_panic(samples in proptest::collection::vec("\\PC*", 0..5), never_words in "\\PC*", monthly_cap in "\\PC{0,20}", text in "\\PC*") {
            let input = AiSettingsInput { samples, never_words, monthly_cap };
            if let Ok((voice, _)) = input.parse() {
                let _ = voice.find_never_word(&text);
            }
        }
    }
}
