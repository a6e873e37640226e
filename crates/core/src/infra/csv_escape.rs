//! Escaping against formula injection in CSV exports (OWASP: CSV injection).

/// Escapes a text for a CSV cell: prefixes `'` if it begins with a character that makes spreadsheet programs evaluate it as a formula.
pub fn escape_formula(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formula_prefix_is_escaped() {
        assert_eq!(escape_formula("=HYPERLINK(\"http://evil.example\")"), "'=HYPERLINK(\"http://evil.example\")");
        assert_eq!([escape_formula("@ada"), escape_formula("-1"), escape_formula("ada")], ["'@ada", "'-1", "ada"]);
    }
}
