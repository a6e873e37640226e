//! What a statement leaves open, and the user decides: rows whose words do not say whether money came, or in which direction.

use serde::{Deserialize, Serialize};

use super::{ColumnMapping, ParsedRow, RowErrorKind, words};
use crate::{money::Money, string_enum::string_enum};

/// Maximum length in characters of a word that is asked about.
const MAX_WORD_CHARS: usize = 60;

string_enum! {
    /// What a word of a statement does not say.
    Question {
        /// The kind does not say whether the money came or went.
        Direction = "direction";
        /// The status does not say whether the money came.
        Status = "status";
    }
}

string_enum! {
    /// How the rows with an unclear word are read.
    Reading {
        /// The money came. For a status: the row counts as it is.
        In = "in";
        /// The money went.
        Out = "out";
        /// The rows are left out.
        LeftOut = "left_out";
    }
}

impl Question {
    /// Returns the readings to choose from.
    pub const fn readings(self) -> &'static [Reading] {
        match self {
            Self::Direction => &[Reading::In, Reading::Out, Reading::LeftOut],
            Self::Status => &[Reading::In, Reading::LeftOut],
        }
    }

    /// Returns the error of the rows for as long as there is no answer.
    pub(super) const fn row_error(self) -> RowErrorKind {
        match self {
            Self::Direction => RowErrorKind::UnclearDirection,
            Self::Status => RowErrorKind::UnclearStatus,
        }
    }

    /// Returns the word of a cell that decides: without difference of case, and without the name of a fan.
    pub fn word_of(self, cell: &str) -> String {
        let word = words::readable(&cell.split_whitespace().collect::<Vec<_>>().join(" "));
        let word = if self == Self::Direction { words::before_name(&word) } else { &word };
        word.chars().take(MAX_WORD_CHARS).collect::<String>().trim().to_owned()
    }
}

/// The user's decision about an unclear word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// What the word does not say.
    pub question: Question,
    /// The word, from [`Question::word_of`].
    pub word: String,
    /// How its rows are read.
    pub reading: Reading,
}

/// A row whose words leave something open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnclearRow {
    /// What is open.
    pub question: Question,
    /// The word, from [`Question::word_of`].
    pub word: String,
    /// Amount of the row if it is read as [`Reading::In`].
    pub amount: Money,
    /// The row as the user has decided; an error if there is no answer.
    pub outcome: Box<ParsedRow>,
}

impl ColumnMapping {
    /// Returns the user's decision about a word.
    pub fn reading_of(&self, question: Question, word: &str) -> Option<Reading> {
        self.answers.iter().find(|answer| answer.question == question && answer.word == word).map(|answer| answer.reading)
    }

    /// Records the user's decision, in the place of an earlier one.
    pub fn answer(&mut self, answer: Answer) {
        self.answers.retain(|known| (known.question, &known.word) != (answer.question, &answer.word));
        self.answers.push(answer);
    }
}
