//! Texts in tables that somebody opens with a spreadsheet.

/// A text as a cell: a spreadsheet takes one that begins like a formula for one, and would run it.
pub fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_a_formula() {
        assert_eq!(cell("=HYPERLINK(\"http://evil.example\")"), "'=HYPERLINK(\"http://evil.example\")");
        assert_eq!([cell("@ada"), cell("-1"), cell("ada")], ["'@ada", "'-1", "ada"]);
    }
}
