//! Escaping against formula injection in CSV exports (OWASP: CSV injection).

/// Escapes a text for a CSV cell: prefixes `'` if it begins with a character that makes spreadsheet programs evaluate it as a formula.
pub fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cell_formula_prefix_is_escaped() {
        assert_eq!(cell("=HYPERLINK(\"http://evil.example\")"), "'=HYPERLINK(\"http://evil.example\")");
        assert_eq!([cell("@ada"), cell("-1"), cell("ada")], ["'@ada", "'-1", "ada"]);
    }
}
