//! What those who listen hear of an answer: whole sentences, as it grows.

/// The whole sentences of a text after its first `from` bytes, and where the next begins. Of an answer that has ended, also what is none.
pub(super) fn sentences(text: &str, from: usize, has_ended: bool) -> Option<(String, usize)> {
    let rest = text.get(from..)?;
    let end = if has_ended { rest.len() } else { end_of_sentences(rest) };
    let is_mark = |character: &char| matches!(character, '*' | '#' | '`' | '_');
    (end > 0).then(|| (rest[..end].chars().filter(|character| !is_mark(character)).collect(), from + end))
}

/// How many bytes of a text are whole sentences or lines.
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
    fn sentences_are_spoken_whole_and_once() {
        let spoken = |text: &str| sentences(text, 0, false).map(|(spoken, _)| spoken);
        assert_eq!(spoken("Your views fell. They were 12"), Some("Your views fell.".to_owned()));
        assert_eq!(spoken("They were 12.5"), None, "a point in a number ends nothing");
        assert_eq!(spoken("- One\n- Tw"), Some("- One\n".to_owned()));
        assert_eq!(spoken("**Really**… yes"), Some("Really…".to_owned()));
        assert_eq!(sentences("One. Two", 4, true), Some((" Two".to_owned(), 8)));
        assert_eq!(sentences("One.", 4, true), None);
    }
}
