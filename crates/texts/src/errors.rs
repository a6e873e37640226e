//! Errors of the API, and of the fields of a form.

use std::collections::BTreeMap;

use huntaze_domain::{
    error::ErrorCode,
    validation::{FieldError, FieldErrors},
};

use crate::{Text, texts};

texts! {
    ErrorCode {
        InvalidInput => "Please check what you entered.";
        UnsupportedMediaType => "Send JSON or a form.";
        Unauthenticated => "Your session has ended. Sign in again.";
        InvalidCredentials => "E-mail or password is not right.";
        Forbidden => "You are not allowed to do this.";
        CsrfInvalid => "This page was open for too long. Please try again.";
        EmailNotVerified => "Please verify your e-mail first.";
        NotFound => "There is nothing here.";
        MethodNotAllowed => "This address does not take such a request.";
        Conflict => "This has changed in the meantime. Reload and try again.";
        Gone => "This link has expired.";
        PayloadTooLarge => "That is more than we can take in one piece.";
        RateLimited => "Too many attempts. Try again in a minute.";
        QuotaExceeded => "You have used all AI requests of this month. They renew on the first of the next one.";
        AiBlocked => "The AI does not write about this. Say it in other words, or leave out what is explicit. This request was not counted.";
        Network => "Huntaze cannot be reached. Check your connection and try again.";
        Unavailable => "This is not available right now. Please try again in a moment.";
        Internal => "Something went wrong on our side.";
    }
}

/// Sentence for [`ErrorCode::RateLimited`] where it is known in how many seconds a request is accepted again.
pub fn rate_limited(seconds: u32) -> String {
    format!("Too many attempts. Try again in {seconds} s.")
}

/// Sentences on the invalid fields of a form, by field name.
pub fn fields(errors: FieldErrors) -> BTreeMap<String, String> {
    errors.into_iter().map(|(field, error)| (field, error.text().to_owned())).collect()
}

texts! {
    FieldError {
        // accounts
        EmailMissing => "Enter your e-mail.";
        EmailInvalid => "Enter an e-mail address like name@example.com.";
        PasswordMissing => "Enter your password.";
        PasswordTooLong => "A password has at most 128 characters.";
        PasswordTooShort => "Use at least 8 characters.";
        PasswordWrong => "This is not your password.";
        PasswordCommon => "This password is too easy to guess. Try a few unrelated words.";
        NameTooLong => "A name has at most 80 characters.";
        NameMultiline => "A name is one line of text.";
        // content
        PlatformMissing => "Choose a platform.";
        ContentTypeMissing => "Choose what you post.";
        ToneMissing => "Choose how it should sound.";
        KeywordsTooMany => "At most 10 keywords of 40 characters, split by commas.";
        DescriptionTooLong => "At most 500 characters.";
        DescriptionMissing => "Say what the post is about, here or with keywords.";
        DraftMissing => "There is no text to keep.";
        DraftTooLong => "At most 10,000 characters.";
        // assistant
        MessageMissing => "Ask something.";
        MessageTooLong => "At most 4,000 characters.";
        UnknownId => "There is no such thing.";
        TitleMissing => "Give it a name.";
        PeriodMissing => "Choose a period.";
        TooManyAccounts => "At most 20 accounts of yours.";
        VoiceSamplesTooLong => "At most 3 texts of 600 characters.";
        BannedWordsTooMany => "At most 30 words of 40 characters, split by commas.";
        CapInvalid => "An amount of dollars, as 20 or 12.50.";
        // billing
        DayInvalid => "A day, as 2026-11-30.";
        CostsPeriodTooLong => "At most 366 days, and not after the last.";
        AgentUnknown => "Choose an agent.";
        OperationUnknown => "Choose an operation.";
        TooManyRows => "This is more than 100,000 rows. Take a shorter period.";
        // earnings
        PartnerAccountInvalid => "Enter the account’s id at the partner, like acct_1234.";
        PartnerAccountUnknown => "The partner does not know this account.";
        PartnerKeyMissing => "Enter your key.";
        PartnerKeyRefused => "The partner does not take this key.";
        ConsentMissing => "Confirm that you have read this.";
        DayMissing => "Choose a day.";
        DayInFuture => "This day is still to come.";
        CurrencyUnknown => "Choose a currency of the list.";
        AmountInvalid => "Enter an amount, like 120.50; below 0 where more was given back.";
        DateColumnMissing => "Choose the column with the date.";
        AmountColumnMissing => "Choose a column with an amount: net, gross or both.";
        ColumnUnknown => "The file has no such column.";
        ColumnTwice => "This column is chosen twice.";
        DateOrderOther => "The dates of this file are in the other order.";
        NotListed => "Choose from the list.";
        // onboarding
        StepActionUnknown => "There is no such step to take.";
        StepUnknown => "There is no such step.";
        GoalInvalid => "Enter an amount between 0 and 1,000,000, like 1500.";
    }
}

/// Error: the header `Idempotency-Key` is malformed.
pub const KEY_INVALID: &str = "Idempotency-Key must have 1 to 255 visible ASCII characters.";
/// Error: another request has been made with the same key.
pub const KEY_OF_OTHER_REQUEST: &str = "This Idempotency-Key was used for another request.";
/// Error: the request with the same key has had an answer that is not kept.
pub const KEY_ANSWERED: &str = "This request has been answered already, and its answer is not kept.";
/// Error: the request with the same key has no answer yet.
pub const KEY_IN_USE: &str = "The same request is still being answered. Try again in a moment.";

#[cfg(test)]
mod tests {
    use huntaze_domain::{
        accounts::{MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, settings::MAX_NAME_CHARS},
        assistant::chat::MAX_MESSAGE_CHARS,
        content::drafts::MAX_TEXT_CHARS,
        money::grouped,
    };

    use super::*;

    #[test]
    fn sentences_name_the_limits_that_are_checked() {
        let limits = [
            (FieldError::PasswordTooLong, MAX_PASSWORD_CHARS),
            (FieldError::PasswordTooShort, MIN_PASSWORD_CHARS),
            (FieldError::NameTooLong, MAX_NAME_CHARS),
            (FieldError::MessageTooLong, MAX_MESSAGE_CHARS),
            (FieldError::DraftTooLong, MAX_TEXT_CHARS),
        ];
        for (error, limit) in limits {
            let limit = grouped(i64::try_from(limit).expect("a small number"));
            assert!(error.text().contains(&limit), "{error:?} does not name {limit}");
        }
    }
}
