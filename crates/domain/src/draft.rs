//! Texts that a creator keeps to publish later.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    ai::caption::VARIANTS,
    platform::Platform,
    validation::{FieldErrors, typed_text},
};

/// Characters of a draft: more than any platform takes, as it may still be cut.
pub const TEXT_MAX: usize = 10_000;
/// A creator keeps no more.
pub const DRAFTS_MAX: i64 = 100;

/// `POST /api/drafts/keep`: a variant of captions, as it stands now. All text, as a form sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct KeepInput {
    /// Of which captions.
    pub captions_id: String,
    /// Which variant, counted from 0.
    pub variant: String,
    /// What it says now.
    pub text: String,
}

/// What was understood of a [`KeepInput`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepRequest {
    /// Of which captions.
    pub captions_id: Uuid,
    /// Which variant, counted from 0.
    pub variant: i16,
    /// What it says now.
    pub text: String,
}

/// `POST /api/drafts/save`: a draft says something else from now on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SaveInput {
    /// Which draft.
    pub id: String,
    /// What it says now.
    pub text: String,
}

impl KeepInput {
    /// Reads what is to be kept.
    ///
    /// # Errors
    /// A sentence for each field that is not understood.
    pub fn parse(&self) -> Result<KeepRequest, FieldErrors> {
        let variant = self.variant.parse().ok().filter(|variant: &i16| usize::try_from(*variant).is_ok_and(|variant| variant < VARIANTS));
        let unknown = |field: &str| FieldErrors::from([(field.to_owned(), "There is no such thing.".to_owned())]);
        let captions_id = self.captions_id.parse().map_err(|_| unknown("captionsId"))?;
        let variant = variant.ok_or_else(|| unknown("variant"))?;
        Ok(KeepRequest { captions_id, variant, text: checked(&self.text)? })
    }
}

impl SaveInput {
    /// Reads what a draft says.
    ///
    /// # Errors
    /// A sentence, where it cannot say that.
    pub fn parse(&self) -> Result<String, FieldErrors> {
        checked(&self.text)
    }
}

fn checked(text: &str) -> Result<String, FieldErrors> {
    let text = typed_text(text);
    let sentence = match text.chars().count() {
        0 => "There is no text to keep.",
        length if length > TEXT_MAX => "At most 10,000 characters.",
        _ => return Ok(text),
    };
    Err(FieldErrors::from([("text".to_owned(), sentence.to_owned())]))
}

/// A text that is kept. `GET /api/drafts`: the one that was changed last comes first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// Ours.
    pub id: Uuid,
    /// Where it will be published.
    pub platform: Platform,
    /// What it says.
    pub text: String,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_as_it_was_written() {
        let id = Uuid::from_u128(7);
        let input = KeepInput { captions_id: id.to_string(), variant: "2".to_owned(), text: " Sun\r\n\n#sea\0 ".to_owned() };
        assert_eq!(input.parse(), Ok(KeepRequest { captions_id: id, variant: 2, text: "Sun\n\n#sea".to_owned() }));
        for variant in ["3", "-1", "", "x"] {
            let wrong = KeepInput { variant: variant.to_owned(), ..input.clone() };
            assert_eq!(wrong.parse().expect_err("wrong").into_keys().collect::<Vec<_>>(), ["variant"], "{variant}");
        }
    }

    #[test]
    fn captions_that_have_no_number_are_named() {
        let wrong = KeepInput { captions_id: "x".to_owned(), variant: "0".to_owned(), text: "x".to_owned() };
        assert_eq!(wrong.parse().expect_err("wrong").into_keys().collect::<Vec<_>>(), ["captionsId"]);
    }

    #[test]
    fn nothing_and_too_much_are_no_draft() {
        let save = |text: String| SaveInput { id: String::new(), text }.parse();
        assert_eq!(save(" \u{7} ".to_owned()).expect_err("nothing")["text"], "There is no text to keep.");
        assert_eq!(save("é".repeat(TEXT_MAX)).map(|text| text.chars().count()), Ok(TEXT_MAX));
        assert_eq!(save("é".repeat(TEXT_MAX + 1)).expect_err("too long")["text"], "At most 10,000 characters.");
    }
}
