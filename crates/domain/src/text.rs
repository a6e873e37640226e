//! Text that users write: its normal form, and invisible characters.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Returns a line as it is stored: in NFC (so that the same name has one spelling), words with one space between them, without control
/// characters and without those that change the direction of what follows. Empty if nothing in it can be seen.
pub fn clean_line(text: &str) -> String {
    let is_kept = |character: &char| !(character.is_control() || is_direction(*character));
    let words = text.split_whitespace().map(|word| word.chars().filter(is_kept).collect::<String>());
    clean(&words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

/// Returns a text of several lines as it is stored: in NFC, without control characters but newlines and tabs, trimmed. Characters that change
/// directions stay: they end with their paragraph, and nothing else is shown in it.
pub fn clean_text(text: &str) -> String {
    let kept: String = text.chars().filter(|character| matches!(character, '\n' | '\t') || !character.is_control()).collect();
    clean(&kept)
}

fn clean(text: &str) -> String {
    let text = text.trim();
    match is_nfc_quick(text.chars()) {
        _ if is_blank(text) => String::new(),
        IsNormalized::Yes => text.to_owned(),
        IsNormalized::No | IsNormalized::Maybe => text.nfc().collect(),
    }
}

/// Returns a name for use inside of a sentence: writing from right to left is isolated (U+2068, U+2069), so that it does not move what stands
/// beside it.
pub fn isolated(name: &str) -> Cow<'_, str> {
    if name.chars().any(is_right_to_left) { Cow::Owned(format!("\u{2068}{name}\u{2069}")) } else { Cow::Borrowed(name) }
}

/// The blocks of Hebrew, Arabic and the other scripts that are written from right to left.
const fn is_right_to_left(character: char) -> bool {
    matches!(character, '\u{590}'..='\u{8FF}' | '\u{200F}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}' | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

/// Returns a password as it is compared: NFKC, and every space is U+0020 (RFC 8265, `OpaqueString`, with the normal form that NIST SP
/// 800-63B names). So it does not matter which keyboard wrote it.
pub fn normalize_password(password: &str) -> String {
    password.nfkc().map(|character| if character.is_whitespace() && !character.is_control() { ' ' } else { character }).collect()
}

/// Returns a BCP 47 language tag as the attribute `lang` takes it, or `None` if the text is none, or names no language: `und` (undetermined),
/// `zxx` (no words), `mul` (several), and private codes such as X's `qme` (media without words). The codes that ISO 639 has replaced and
/// platforms still send (`in`, `iw`, `ji`) become today's.
pub fn language_tag(text: &str) -> Option<String> {
    const MAX_LENGTH: usize = 35;
    let (language, rest) = text.split_once('-').map_or((text, None), |(language, rest)| (language, Some(rest)));
    let is_subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_language = (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_alphabetic());
    if text.len() > MAX_LENGTH || !is_language || !rest.is_none_or(|rest| rest.split('-').all(is_subtag)) {
        return None;
    }
    let language = match language.to_ascii_lowercase().as_str() {
        "und" | "zxx" | "mul" | "mis" => return None,
        private if private.len() == 3 && ("qaa"..="qtz").contains(&private) => return None,
        "in" => "id".to_owned(),
        "iw" => "he".to_owned(),
        "ji" => "yi".to_owned(),
        language => language.to_owned(),
    };
    Some(rest.map_or_else(|| language.clone(), |rest| format!("{language}-{rest}")))
}

/// Returns whether nothing in a text can be seen.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|character| character.is_whitespace() || character.is_control() || is_invisible(character))
}

/// Embeddings, overrides and isolates of a direction.
const fn is_direction(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Characters without a picture: formats (category Cf), fillers and variation selectors.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn line_has_one_spelling_and_no_directions() {
        assert_eq!(clean_line(" Zoe\u{308}\n "), "Zoë");
        assert_eq!(clean_line("First line\r\nSecond\tline\u{7}"), "First line Second line");
        assert_eq!(clean_line("\u{202E}evil\u{202C} name"), "evil name");
        assert_eq!(clean_line("👩‍🚀 עדה"), "👩‍🚀 עדה");
    }

    #[test]
    fn text_keeps_lines_and_directions() {
        assert_eq!(clean_text(" a\n\u{202E}b\u{7}\n"), "a\n\u{202E}b");
    }

    #[test]
    fn passwords_of_all_keyboards_are_equal() {
        for typed in ["Caf\u{e9} 12 ffi", "Cafe\u{301} 12 ffi", "Ｃａｆé\u{3000}１２\u{a0}ﬃ", "Café\u{1680}12\u{2003}ffi"] {
            assert_eq!(normalize_password(typed), "Café 12 ffi", "{typed}");
        }
    }

    #[test]
    fn only_names_from_right_to_left_are_isolated() {
        assert_eq!(isolated("ada.creates"), "ada.creates");
        assert_eq!(isolated("עדה"), "\u{2068}עדה\u{2069}");
    }

    #[test]
    fn invisible_text_is_empty() {
        for text in ["\u{200B}", "\u{FEFF}\u{2060}", "\u{3164}", "\u{2800} \u{AD}", "\u{202E}", "\n\u{200D}\t"] {
            assert_eq!((clean_line(text), clean_text(text)), (String::new(), String::new()), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(text in ".*") {
            let (line, all) = (clean_line(&text), clean_text(&text));
            prop_assert_eq!(clean_line(&line), line);
            prop_assert_eq!(clean_text(&all), all);
        }
    }

    #[test]
    fn language_tags_are_those_of_bcp_47_that_name_a_language() {
        for (text, tag) in
            [("fr", "fr"), ("en-GB", "en-GB"), ("zh-Hant-TW", "zh-Hant-TW"), ("EN", "en"), ("in", "id"), ("iw", "he"), ("fil", "fil")]
        {
            assert_eq!(language_tag(text).as_deref(), Some(tag), "{text}");
        }
        for text in ["", "und", "zxx", "qme", "qst", "qam", "e", "english", "en_GB", "en-", "en--GB", "fr\"", "é", &"en-abcdefgh".repeat(4)]
        {
            assert_eq!(language_tag(text), None, "{text}");
        }
    }
}
