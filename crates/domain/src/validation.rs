//! Input validation: turns broken `garde` rules into one message per field, under the field names of the wire format.

use std::collections::BTreeMap;

use garde::Validate;

/// Validation messages by field name (camel case, as on the wire); one message per field.
pub type FieldErrors = BTreeMap<String, String>;

/// Validates `input` against all its rules.
///
/// # Errors
/// The message of the first broken rule of each invalid field.
pub fn validate<T: Validate<Context = ()>>(input: &T) -> Result<(), FieldErrors> {
    let Err(report) = input.validate() else { return Ok(()) };
    let mut fields = FieldErrors::new();
    for (path, error) in report.iter() {
        fields.entry(camel_case(&path.to_string())).or_insert_with(|| error.message().to_owned());
    }
    Err(fields)
}

/// Sets the message of a field, replacing an earlier one.
pub fn add_error(errors: &mut FieldErrors, field: &str, sentence: &str) {
    errors.insert(field.to_owned(), sentence.to_owned());
}

/// Sanitizes multi-line text: removes control characters except newline and tab, then trims white space at both ends.
pub fn sanitize_multiline(text: &str) -> String {
    let is_text = |character: &char| matches!(character, '\n' | '\t') || !character.is_control();
    text.chars().filter(is_text).collect::<String>().trim().to_owned()
}

/// Converts `remember_me` to `rememberMe`, like serde's `rename_all = "camelCase"`.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::camel_case;

    #[test]
    fn camel_case_converts_like_serde() {
        assert_eq!(camel_case("email"), "email");
        assert_eq!(camel_case("remember_me"), "rememberMe");
        assert_eq!(camel_case("revenue_goal_minor"), "revenueGoalMinor");
    }
}
