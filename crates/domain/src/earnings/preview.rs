//! What the preview of a statement asks and says beside its entries: unclear words, other tables, contradictions.

use serde::{Deserialize, Serialize};

use super::statement::{Answer, Question, Reading};
use crate::{
    money::Money,
    string_enum::StringEnum,
    validation::{FieldError, FieldErrors, add_error},
};

/// Maximum number of unclear words that are asked about at a time. Rows with others stay errors until one of these is answered.
pub const MAX_QUESTIONS: usize = 10;
/// Maximum number of unclear words of a statement, with those that were answered.
pub const MAX_LISTED_QUESTIONS: usize = 100;
/// Maximum number of contradictions that are stored and shown per statement.
pub const MAX_CONTRADICTIONS: usize = 100;
/// Maximum number of other tables that are stored and offered per statement.
pub const MAX_OTHER_TABLES: usize = 5;

/// An unclear word of a statement, for the preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatementQuestion {
    /// What the word does not say.
    pub question: Question,
    /// The word.
    pub word: String,
    /// Number of rows with the word.
    pub rows: u32,
    /// Sum of the rows by currency if they are read as [`Reading::In`].
    pub amounts: Vec<Money>,
    /// What the user has decided; `None` if nothing, then the rows are errors.
    pub reading: Option<Reading>,
}

impl StatementQuestion {
    /// Returns what the rows add to the totals of the statement with a reading.
    fn contribution(&self, reading: Option<Reading>) -> Vec<Money> {
        match reading {
            Some(Reading::In) => self.amounts.clone(),
            Some(Reading::Out) => self.amounts.iter().map(|amount| Money { minor: -amount.minor, ..*amount }).collect(),
            Some(Reading::LeftOut) | None => Vec::new(),
        }
    }

    /// Returns the totals of the statement, which are `totals` now, with a reading of these rows.
    pub fn totals_with(&self, reading: Reading, totals: &[Money]) -> Vec<Money> {
        let mut with = totals.to_vec();
        let now = self.contribution(self.reading).into_iter().map(|amount| Money { minor: -amount.minor, ..amount });
        for amount in now.chain(self.contribution(Some(reading))) {
            match with.iter_mut().find(|total| total.currency == amount.currency) {
                Some(total) => total.minor = total.minor.saturating_add(amount.minor),
                None => with.push(amount),
            }
        }
        with
    }
}

/// Another table in the file of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OtherTable {
    /// Line of its header in the file, from 1.
    pub line: u32,
    /// Number of records above its header; names the table in requests.
    pub record: u32,
}

/// A transaction that an earlier statement has with another amount. What is stored counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contradiction {
    /// Line number in the file, from 1.
    pub line: u32,
    /// Amount in this file.
    pub amount: Money,
    /// Amount that is stored.
    pub stored: Money,
}

/// `POST /api/earnings/statements/answer`: decides how rows with an unclear word are read. Fields as sent by a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AnswerInput {
    /// Id of the statement.
    pub id: String,
    /// Word of a [`Question`].
    pub question: String,
    /// The unclear word.
    pub word: String,
    /// Word of a [`Reading`].
    pub reading: String,
}

impl AnswerInput {
    /// Parses and validates the input.
    pub fn parse(&self) -> Result<Answer, FieldErrors> {
        let mut errors = FieldErrors::new();
        let question = Question::parse(&self.question);
        if question.is_none() {
            add_error(&mut errors, "question", FieldError::NotListed);
        }
        let reading = Reading::parse(&self.reading).filter(|reading| question.is_none_or(|question| question.readings().contains(reading)));
        if reading.is_none() {
            add_error(&mut errors, "reading", FieldError::NotListed);
        }
        match (question, reading) {
            (Some(question), Some(reading)) => Ok(Answer { question, word: question.word_of(&self.word), reading }),
            _ => Err(errors),
        }
    }
}
