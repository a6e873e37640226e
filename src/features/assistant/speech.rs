//! Splits a growing answer into complete sentences, which are announced to screen readers.

/// Returns the complete sentences after the first `from` bytes, without Markdown marks, and the byte offset of the next one. If the answer
/// has ended, the rest is included even if it is not a complete sentence. Returns None if there is nothing to announce.
pub(super) fn sentences(text: &str, from: usize, has_ended: bool) -> Option<(String, usize)> {
    let rest = text.get(from..)?;
    let end = if has_ended { rest.len() } else { end_of_sentences(rest) };
    let is_mark = |character: &char| matches!(character, '*' | '#' | '`' | '_');
    (end > 0).then(|| (rest[..end].chars().filter(|character| !is_mark(character)).collect(), from + end))
}

/// Returns the length in bytes of the leading complete sentences or lines.
fn end_of_sentences(text: &str) -> usize {
    let mut end = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        let ends_here =
            character == '\n' || matches!(character, '.' | '!' | '?' | '…') && matches!(characters.peek(), Some((_, ' ' | '\n')));
        if ends_here {
            end = index + character.len_utf8();
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::sentences;

    #[test]
    fn sentences_returns_each_complete_sentence_once() {
        let spoken = |text: &str| sentences(text, 0, false).map(|(spoken, _)| spoken);
        assert_eq!(spoken("Your views fell. They were 12"), Some("Your views fell.".to_owned()));
        assert_eq!(spoken("They were 12.5"), None, "a decimal point does not end a sentence");
        assert_eq!(spoken("- One\n- Tw"), Some("- One\n".to_owned()));
        assert_eq!(spoken("**Really**… yes"), Some("Really…".to_owned()));
        assert_eq!(sentences("One. Two", 4, true), Some((" Two".to_owned(), 8)));
        assert_eq!(sentences("One.", 4, true), None);
    }
}
