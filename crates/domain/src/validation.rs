//! From rules to one sentence per field, in the names that the wire uses.

use std::collections::BTreeMap;

use garde::Validate;

/// Field name as on the wire, to the first rule it breaks.
pub type FieldErrors = BTreeMap<String, String>;

/// Checks every rule of `input`.
///
/// # Errors
/// One sentence for each field that breaks a rule.
pub fn check<T: Validate<Context = ()>>(input: &T) -> Result<(), FieldErrors> {
    let Err(report) = input.validate() else { return Ok(()) };
    let mut fields = FieldErrors::new();
    for (path, error) in report.iter() {
        fields.entry(camel_case(&path.to_string())).or_insert_with(|| error.message().to_owned());
    }
    Err(fields)
}

/// Notes what is wrong with a field.
pub fn refuse(errors: &mut FieldErrors, field: &str, sentence: &str) {
    errors.insert(field.to_owned(), sentence.to_owned());
}

/// A text of several lines as it was typed: without control characters, and without white space at its ends.
pub fn typed_text(text: &str) -> String {
    let is_text = |character: &char| matches!(character, '\n' | '\t') || !character.is_control();
    text.chars().filter(is_text).collect::<String>().trim().to_owned()
}

/// `remember_me` to `rememberMe`: the same change that serde makes.
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
    fn names_follow_the_wire() {
        assert_eq!(camel_case("email"), "email");
        assert_eq!(camel_case("remember_me"), "rememberMe");
        assert_eq!(camel_case("revenue_goal_minor"), "revenueGoalMinor");
    }
}
