//! Drafts: texts that a user stores for later publication.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::captions::VARIANT_COUNT;
use crate::{
    ids::{CaptionsId, DraftId},
    platform::Platform,
    text::clean_text,
    validation::{FieldError, FieldErrors, Rules, field_error},
};

/// Maximum length of a draft in characters. Above the limit of every platform, because a draft may still be shortened.
pub const MAX_TEXT_CHARS: usize = 10_000;
/// Rules of the text of a draft.
pub const TEXT_RULES: Rules =
    Rules { max_chars: Some((MAX_TEXT_CHARS, FieldError::DraftTooLong)), ..Rules::required(FieldError::DraftMissing) };
/// Maximum number of drafts per user.
pub const MAX_DRAFTS: i64 = 100;

/// `POST /api/drafts/create`: stores a caption variant, with the user's edits, as a draft. All fields are text, as sent by a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CreateDraftInput {
    /// Id of the captions that the variant belongs to.
    pub captions_id: String,
    /// Index of the variant, from 0.
    pub variant_index: String,
    /// Text of the draft, which may differ from the generated variant.
    pub text: String,
}

/// A validated [`CreateDraftInput`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDraft {
    /// Id of the captions that the variant belongs to.
    pub captions_id: CaptionsId,
    /// Index of the variant, from 0.
    pub variant_index: i16,
    /// Sanitized text; not empty, at most [`MAX_TEXT_CHARS`] characters.
    pub text: String,
}

/// `POST /api/drafts/update`: replaces the text of a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UpdateDraftInput {
    /// Id of the draft.
    pub id: String,
    /// New text of the draft.
    pub text: String,
}

impl CreateDraftInput {
    /// Parses and validates the input.
    ///
    /// # Errors
    /// A message for the first invalid field.
    pub fn parse(&self) -> Result<NewDraft, FieldErrors> {
        let variant_index = self
            .variant_index
            .parse()
            .ok()
            .filter(|variant_index: &i16| usize::try_from(*variant_index).is_ok_and(|variant_index| variant_index < VARIANT_COUNT));
        let unknown = |field: &str| field_error(field, FieldError::UnknownId);
        let captions_id = self.captions_id.parse().map_err(|_| unknown("captionsId"))?;
        let variant_index = variant_index.ok_or_else(|| unknown("variantIndex"))?;
        Ok(NewDraft { captions_id, variant_index, text: checked(&self.text)? })
    }
}

impl UpdateDraftInput {
    /// Validates the text and returns it sanitized.
    ///
    /// # Errors
    /// A message for the field `text` if it is empty or too long.
    pub fn parse(&self) -> Result<String, FieldErrors> {
        checked(&self.text)
    }
}

fn checked(text: &str) -> Result<String, FieldErrors> {
    let text = clean_text(text);
    TEXT_RULES.check(&text).map_err(|error| field_error("text", error))?;
    Ok(text)
}

/// A stored draft. `GET /api/drafts` lists the most recently changed first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// Id of the draft.
    pub id: DraftId,
    /// Platform that the draft is meant for.
    pub platform: Platform,
    /// Current text.
    pub text: String,
    /// Time of the last change.
    pub updated_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn parse_sanitizes_text_and_checks_variant_index() {
        let id = Uuid::from_u128(7);
        let input = CreateDraftInput { captions_id: id.to_string(), variant_index: "2".to_owned(), text: " Sun\r\n\n#sea\0 ".to_owned() };
        assert_eq!(input.parse(), Ok(NewDraft { captions_id: CaptionsId::from(id), variant_index: 2, text: "Sun\n\n#sea".to_owned() }));
        for variant_index in ["3", "-1", "", "x"] {
            let wrong = CreateDraftInput { variant_index: variant_index.to_owned(), ..input.clone() };
            assert_eq!(wrong.parse().expect_err("wrong").into_keys().collect::<Vec<_>>(), ["variantIndex"], "{variant_index}");
        }
    }

    #[test]
    fn parse_with_invalid_captions_id_names_the_field() {
        let wrong = CreateDraftInput { captions_id: "x".to_owned(), variant_index: "0".to_owned(), text: "x".to_owned() };
        assert_eq!(wrong.parse().expect_err("wrong").into_keys().collect::<Vec<_>>(), ["captionsId"]);
    }

    #[test]
    fn parse_of_empty_or_too_long_text_fails() {
        let save = |text: String| UpdateDraftInput { id: String::new(), text }.parse();
        assert_eq!(save(" \u{7} ".to_owned()).expect_err("nothing")["text"], FieldError::DraftMissing);
        assert_eq!(save("é".repeat(MAX_TEXT_CHARS)).map(|text| text.chars().count()), Ok(MAX_TEXT_CHARS));
        assert_eq!(save("é".repeat(MAX_TEXT_CHARS + 1)).expect_err("too long")["text"], FieldError::DraftTooLong);
    }
}
