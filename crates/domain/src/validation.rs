//! Input validation: turns broken `garde` rules into one error per field, under the field names of the wire format.

use std::collections::BTreeMap;

use garde::Validate;

use super::string_enum::{StringEnum as _, string_enum};

/// Validation errors by field name (camel case, as on the wire); one error per field.
pub type FieldErrors = BTreeMap<String, FieldError>;

string_enum! {
    /// Why the value of a field is rejected.
    FieldError {
        /// The e-mail address is empty.
        EmailMissing = "email_missing";
        /// The text is no e-mail address.
        EmailInvalid = "email_invalid";
        /// The password is empty.
        PasswordMissing = "password_missing";
        /// More than [`MAX_PASSWORD_CHARS`](crate::accounts::MAX_PASSWORD_CHARS) characters.
        PasswordTooLong = "password_too_long";
        /// Less than [`MIN_PASSWORD_CHARS`](crate::accounts::MIN_PASSWORD_CHARS) characters.
        PasswordTooShort = "password_too_short";
        /// Not the password of the user.
        PasswordWrong = "password_wrong";
        /// The password is too easy to guess.
        PasswordCommon = "password_common";
        /// More than [`MAX_NAME_CHARS`](crate::accounts::settings::MAX_NAME_CHARS) characters.
        NameTooLong = "name_too_long";
        /// The name contains control characters.
        NameMultiline = "name_multiline";
        /// No platform, or an unknown one.
        PlatformMissing = "platform_missing";
        /// No content type, or an unknown one.
        ContentTypeMissing = "content_type_missing";
        /// No tone, or an unknown one.
        ToneMissing = "tone_missing";
        /// Too many keywords, or a too long one.
        KeywordsTooMany = "keywords_too_many";
        /// The description is too long.
        DescriptionTooLong = "description_too_long";
        /// Neither a description nor keywords.
        DescriptionMissing = "description_missing";
        /// The text of the draft is empty.
        DraftMissing = "draft_missing";
        /// The text of the draft is too long.
        DraftTooLong = "draft_too_long";
        /// The message is empty.
        MessageMissing = "message_missing";
        /// The message is too long.
        MessageTooLong = "message_too_long";
        /// The text is no id, or no index of a variant.
        UnknownId = "unknown_id";
        /// The title is empty.
        TitleMissing = "title_missing";
        /// No period, or an unknown one.
        PeriodMissing = "period_missing";
        /// Too many accounts, or one whose id is invalid.
        TooManyAccounts = "too_many_accounts";
        /// Too many samples, or a too long one.
        VoiceSamplesTooLong = "voice_samples_too_long";
        /// Too many words, or a too long one.
        BannedWordsTooMany = "banned_words_too_many";
        /// The text is no amount of US dollars.
        CapInvalid = "cap_invalid";
        /// The text is no day.
        DayInvalid = "day_invalid";
        /// The period is too long, or ends before it starts.
        CostsPeriodTooLong = "costs_period_too_long";
        /// There is no such agent.
        AgentUnknown = "agent_unknown";
        /// There is no such operation.
        OperationUnknown = "operation_unknown";
        /// The export would have too many rows.
        TooManyRows = "too_many_rows";
        /// The text is no account id of the partner.
        PartnerAccountInvalid = "partner_account_invalid";
        /// The partner has no such account.
        PartnerAccountUnknown = "partner_account_unknown";
        /// The text is no API key.
        PartnerKeyMissing = "partner_key_missing";
        /// The partner rejects the API key.
        PartnerKeyRefused = "partner_key_refused";
        /// The user has not confirmed the notice.
        ConsentMissing = "consent_missing";
        /// No day of the picker, or a text that is none.
        DayMissing = "day_missing";
        /// The day has not begun yet.
        DayInFuture = "day_in_future";
        /// There is no such currency.
        CurrencyUnknown = "currency_unknown";
        /// The text is no amount of this currency.
        AmountInvalid = "amount_invalid";
        /// No column is mapped to the date.
        DateColumnMissing = "date_column_missing";
        /// No column is mapped to an amount.
        AmountColumnMissing = "amount_column_missing";
        /// The file has fewer columns.
        ColumnUnknown = "column_unknown";
        /// Two fields are mapped to one column.
        ColumnTwice = "column_twice";
        /// All dates of the file fit the other order only.
        DateOrderOther = "date_order_other";
        /// The value is not among the choices.
        NotListed = "not_listed";
        /// There is no such action.
        StepActionUnknown = "step_action_unknown";
        /// There is no such step.
        StepUnknown = "step_unknown";
        /// The text is no amount, or one out of range.
        GoalInvalid = "goal_invalid";
    }
}

/// Rules of a text that a browser can check while it is typed, each with the error if it is broken. The server checks them with
/// [`Rules::check`], except for the pattern, which stands for a stricter rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rules {
    /// The text must not be empty.
    pub missing: Option<FieldError>,
    /// Minimum number of characters.
    pub min_chars: Option<(usize, FieldError)>,
    /// Maximum number of characters.
    pub max_chars: Option<(usize, FieldError)>,
    /// Pattern of HTML (a JavaScript regular expression of the whole text). Everything that the server accepts must match it.
    pub pattern: Option<(&'static str, FieldError)>,
}

impl Rules {
    /// Rules of a text that must not be empty.
    pub const fn required(missing: FieldError) -> Self {
        Self { missing: Some(missing), min_chars: None, max_chars: None, pattern: None }
    }

    /// Rules of a text that may be empty, and has at most this many characters.
    pub const fn at_most(chars: usize, error: FieldError) -> Self {
        Self { missing: None, min_chars: None, max_chars: Some((chars, error)), pattern: None }
    }

    /// Checks a text.
    ///
    /// # Errors
    /// The first broken rule.
    pub fn check(&self, text: &str) -> Result<(), FieldError> {
        let chars = text.chars().count();
        if let Some(missing) = self.missing.filter(|_| text.is_empty()) {
            return Err(missing);
        }
        match (self.min_chars, self.max_chars) {
            (_, Some((most, error))) if chars > most => Err(error),
            (Some((least, error)), _) if chars < least && chars > 0 => Err(error),
            _ => Ok(()),
        }
    }
}

impl From<FieldError> for garde::Error {
    fn from(error: FieldError) -> Self {
        Self::new(error.as_str())
    }
}

/// Validates `input` against all its rules, which are functions that return a [`FieldError`].
///
/// # Errors
/// The first broken rule of each invalid field.
pub fn validate<T: Validate<Context = ()>>(input: &T) -> Result<(), FieldErrors> {
    let Err(report) = input.validate() else { return Ok(()) };
    let mut fields = FieldErrors::new();
    for (path, error) in report.iter() {
        let error = FieldError::parse(error.message());
        debug_assert!(error.is_some(), "a rule must return a FieldError");
        fields.entry(camel_case(&path.to_string())).or_insert(error.unwrap_or(FieldError::NotListed));
    }
    Err(fields)
}

/// Returns the errors of an input with a single invalid field.
pub fn field_error(field: &str, error: FieldError) -> FieldErrors {
    FieldErrors::from([(field.to_owned(), error)])
}

/// Sets the error of a field, replacing an earlier one.
pub fn add_error(errors: &mut FieldErrors, field: &str, error: FieldError) {
    errors.insert(field.to_owned(), error);
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
