//! Earnings and their sources: uploaded statements, daily totals and the partner service.

mod preview;
pub mod statement;

use chrono::{DateTime, NaiveDate, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};

use super::{
    accounts::Secret,
    earnings::statement::{ColumnMapping, DateOrderCounts, EarningKind, FileFacts, RowError},
    integrations::FailureKind,
    money::{Currency, Money},
    string_enum::string_enum,
    validation::FieldErrors,
};
use crate::{
    ids::StatementId,
    validation::{FieldError, Rules, add_error},
};

pub use preview::{
    AnswerInput, Contradiction, MAX_CONTRADICTIONS, MAX_LISTED_QUESTIONS, MAX_OTHER_TABLES, MAX_QUESTIONS, OtherTable, StatementQuestion,
};

/// Path that statements are uploaded to, as `multipart/form-data` with the CSRF token in the query.
pub const UPLOAD_PATH: &str = "/api/earnings/statements";

/// Rules of the day of a daily total, which a picker enters.
pub const DAY_RULES: Rules = Rules::required(FieldError::DayMissing);
/// Rules of the amount of a daily total.
pub const AMOUNT_RULES: Rules = Rules::required(FieldError::AmountInvalid);
/// Rules of an account id at the partner.
pub const PARTNER_ACCOUNT_RULES: Rules = Rules {
    pattern: Some((r"[A-Za-z0-9._\-]{1,64}", FieldError::PartnerAccountInvalid)),
    ..Rules::required(FieldError::PartnerAccountInvalid)
};
/// Rules of an API key of the partner.
pub const PARTNER_KEY_RULES: Rules = Rules::required(FieldError::PartnerKeyMissing);
/// Maximum number of row errors that are stored and shown per statement.
pub const MAX_ROW_ERRORS: usize = 100;
/// Maximum absolute value of a daily total, in major units.
const MAX_DAILY_TOTAL: i64 = 10_000_000;

/// Why a file is no statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementFileError {
    /// The file has no bytes.
    Empty,
    /// Another kind of file.
    NotCsv,
    /// Text that is not in UTF-8.
    NotUtf8,
    /// No table with columns.
    NoColumns,
    /// A line is longer than a table has.
    LineTooLong,
    /// More rows than a statement may have.
    TooManyRows,
    /// No row can be parsed.
    NothingReadable,
    /// The request has no file.
    Missing,
    /// The upload broke off.
    Incomplete,
}

/// Why the state of statements, or of the partner, does not allow a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EarningsConflict {
    /// The statement is imported.
    AlreadyImported,
    /// No row can be parsed with these columns.
    NothingReadable,
    /// Another statement has the same content.
    SameFileImported,
    /// An import of the user is running.
    Busy,
    /// Too many statements are not imported yet.
    TooManyStatements,
    /// No partner is configured.
    PartnerNotOffered,
    /// The partner limits requests.
    PartnerRateLimited,
    /// The partner gives no usable response.
    PartnerUnavailable,
    /// The import crashed on every attempt.
    WorkerCrashed,
}

string_enum! {
    /// State of a statement.
    StatementState {
        /// The file is being uploaded.
        Uploading = "uploading";
        /// The file is stored; the user reviews the column mapping.
        Uploaded = "uploaded";
        /// The statement waits for the import job.
        Queued = "queued";
        /// The rows are being stored.
        Importing = "importing";
        /// All rows are stored and counted as earnings.
        Imported = "imported";
        /// The import failed; none of the rows is counted.
        Failed = "failed";
    }
}

impl StatementState {
    /// Returns whether the state changes without an action of the user.
    pub const fn is_in_progress(self) -> bool {
        matches!(self, Self::Queued | Self::Importing)
    }
}

/// Summary of the rows of a statement, parsed with its current column mapping.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ParseSummary {
    /// Number of non-empty rows below the header.
    pub total_rows: u32,
    /// Number of rows that are entries (earnings).
    pub entries: u32,
    /// Number of rows that are skipped: payouts, payments that failed or were reversed, and what the user left out.
    pub skipped_rows: u32,
    /// Number of rows that cannot be parsed.
    pub invalid_rows: u32,
    /// Number of entries that are already stored, from another statement.
    pub duplicate_entries: u32,
    /// Sum of the entries by currency, including those that are already stored.
    pub totals: Vec<Money>,
    /// Day of the earliest entry; `None` if there are no entries.
    pub first_day: Option<NaiveDate>,
    /// Day of the latest entry; `None` if there are no entries.
    pub last_day: Option<NaiveDate>,
    /// Sample of the first entries.
    pub sample_entries: Vec<SampleEntry>,
    /// The first row errors, at most [`MAX_ROW_ERRORS`].
    pub row_errors: Vec<NumberedRowError>,
    /// Cells of the first rows as they are in the file, truncated.
    pub raw_rows: Vec<Vec<String>>,
    /// Numbers of dates by the order of day and month.
    #[serde(default)]
    pub date_orders: DateOrderCounts,
    /// What the rows say about the file.
    #[serde(default)]
    pub facts: FileFacts,
    /// Unclear words, in the order of the file, at most [`MAX_LISTED_QUESTIONS`].
    #[serde(default)]
    pub questions: Vec<StatementQuestion>,
    /// Number of entries whose amount has more decimals than its currency, and was rounded.
    #[serde(default)]
    pub rounded_entries: u32,
    /// Other tables of the file, at most [`MAX_OTHER_TABLES`]. Their rows are not read.
    #[serde(default)]
    pub other_tables: Vec<OtherTable>,
    /// Number of records with a date and an amount that stand outside of the table, and are not read.
    #[serde(default)]
    pub unread_rows: u32,
    /// Number of entries that are stored already with another amount, from another statement.
    #[serde(default)]
    pub contradicting_entries: u32,
    /// The first of them, at most [`MAX_CONTRADICTIONS`].
    #[serde(default)]
    pub contradictions: Vec<Contradiction>,
}

impl ParseSummary {
    /// Returns the number of entries that an import adds.
    pub const fn new_entries(&self) -> u32 {
        self.entries.saturating_sub(self.duplicate_entries)
    }
}

/// A parsed entry, for the preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SampleEntry {
    /// Line number in the file, from 1.
    pub line: u32,
    /// Time of the entry.
    pub occurred_at: DateTime<Utc>,
    /// Kind of earning.
    pub kind: EarningKind,
    /// Amount of the entry; negative for refunds and chargebacks.
    pub amount: Money,
    /// Free text of the platform.
    pub description: String,
}

/// Error of a row that cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NumberedRowError {
    /// Line number in the file, from 1.
    pub line: u32,
    /// The error.
    #[serde(flatten)]
    pub error: RowError,
}

/// A statement, as shown in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatementSummary {
    /// Id of the statement.
    pub id: StatementId,
    /// Name of the uploaded file.
    pub file_name: String,
    /// Current state.
    pub state: StatementState,
    /// Time of the upload.
    pub uploaded_at: DateTime<Utc>,
    /// Time at which the import was completed; `None` until then.
    pub imported_at: Option<DateTime<Utc>>,
    /// Number of rows that the running import has processed.
    pub rows_processed: u32,
    /// Number of entries that the import added.
    pub entries_added: u32,
    /// Summary of the rows.
    pub parse_summary: ParseSummary,
}

/// `GET /api/earnings/statement?id=`: a statement in detail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatementView {
    /// The fields of the list.
    #[serde(flatten)]
    pub summary: StatementSummary,
    /// Column names.
    pub header: Vec<String>,
    /// Current column mapping.
    pub mapping: ColumnMapping,
    /// Imported statement with identical bytes; `None` if there is none.
    pub duplicate_of: Option<StatementId>,
}

/// `POST /api/earnings/partner/connect`: connects an account at the partner service. Fields as sent by a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[serde(rename_all = "camelCase", default)]
pub struct PartnerInput {
    /// Id of the account at the partner.
    #[garde(custom(is_partner_account))]
    pub account: String,
    /// The user's API key at the partner.
    #[garde(custom(is_partner_key))]
    pub api_key: Secret,
    /// `on` if the user has confirmed the notice about risks.
    #[garde(custom(is_accepted))]
    pub accepted: String,
}

fn is_partner_account(text: &str, (): &()) -> garde::Result {
    let is_name = (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if is_name { Ok(()) } else { Err(FieldError::PartnerAccountInvalid.into()) }
}

fn is_partner_key(key: &Secret, (): &()) -> garde::Result {
    let is_key = (1..=256).contains(&key.expose().len()) && key.expose().bytes().all(|byte| byte.is_ascii_graphic());
    if is_key { Ok(()) } else { Err(FieldError::PartnerKeyMissing.into()) }
}

fn is_accepted(text: &str, (): &()) -> garde::Result {
    if text == "on" { Ok(()) } else { Err(FieldError::ConsentMissing.into()) }
}

/// The partner service and the user's connection to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartnerView {
    /// Whether the sandbox stands in for the partner.
    pub is_sandbox: bool,
    /// The connected account; `None` if there is none.
    pub connection: Option<PartnerConnectionView>,
}

/// An account that is synced through the partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartnerConnectionView {
    /// Id of the account at the partner.
    pub account: String,
    /// Time of the last successful sync; `None` if there was none.
    pub last_sync_at: Option<DateTime<Utc>>,
    /// Failure since the last success; `None` if there was none.
    pub reason: Option<FailureKind>,
    /// Time of the next scheduled sync; `None` if the user has to act first.
    pub next_sync_at: Option<DateTime<Utc>>,
    /// First day covered by the partner's data; `None` if nothing has been synced.
    pub first_day: Option<NaiveDate>,
    /// Last day covered by the partner's data, inclusive; `None` if nothing has been synced.
    pub last_day: Option<NaiveDate>,
}

/// `GET /api/earnings`: all sources of a user's earnings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EarningsOverview {
    /// Statements, newest first.
    pub statements: Vec<StatementSummary>,
    /// Daily totals, newest day first.
    pub daily_totals: Vec<DailyTotal>,
    /// The user's currency.
    pub currency: Currency,
    /// The partner service; `None` if it is not available on this server.
    pub partner: Option<PartnerView>,
}

/// Earnings of a day, entered by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DailyTotal {
    /// Day in UTC.
    pub day: NaiveDate,
    /// Total of the day.
    pub amount: Money,
    /// Whether a statement or the partner covers the day. Their entries are counted instead of this total.
    pub is_covered: bool,
    /// Time at which the total was entered.
    pub entered_at: DateTime<Utc>,
}

/// `POST /api/earnings/daily-totals`: stores a daily total. Fields as sent by a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[serde(rename_all = "camelCase", default)]
pub struct DailyTotalInput {
    /// Day in the format `2026-01-31`.
    #[garde(custom(is_day))]
    pub day: String,
    /// Amount as typed, in major units; may be negative.
    #[garde(skip)]
    pub amount: String,
    /// ISO 4217 code, in any case.
    #[garde(skip)]
    pub currency: String,
}

fn is_day(text: &str, (): &()) -> garde::Result {
    let day: Option<NaiveDate> = text.parse().ok();
    day.filter(|day| *day >= NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default())
        .map(|_| ())
        .ok_or_else(|| FieldError::DayMissing.into())
}

impl DailyTotalInput {
    /// Parses and validates the input.
    pub fn parse(&self) -> Result<(NaiveDate, Money), FieldErrors> {
        let mut errors = super::validation::validate(self).err().unwrap_or_default();
        let currency = Currency::parse(&self.currency).unwrap_or_else(|| {
            add_error(&mut errors, "currency", FieldError::CurrencyUnknown);
            Currency::default()
        });
        let typed = self.amount.trim();
        let (digits, sign) = typed.strip_prefix('-').map_or((typed, 1), |digits| (digits, -1));
        let highest = currency.parse_minor(&MAX_DAILY_TOTAL.to_string()).unwrap_or_default();
        let minor = currency.parse_minor(digits).filter(|minor| *minor <= highest).map(|minor| minor * sign);
        if minor.is_none() {
            add_error(&mut errors, "amount", FieldError::AmountInvalid);
        }
        match (self.day.parse(), minor) {
            (Ok(day), Some(minor)) if errors.is_empty() => Ok((day, Money { minor, currency })),
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(day: &str, amount: &str, currency: &str) -> DailyTotalInput {
        let [day, amount, currency] = [day, amount, currency].map(ToOwned::to_owned);
        DailyTotalInput { day, amount, currency }
    }

    #[test]
    fn parse_accepts_negative_and_grouped_amounts() {
        let money = Money { minor: -120_050, currency: Currency::Usd };
        let day = NaiveDate::from_ymd_opt(2026, 1, 31).expect("valid date");
        assert_eq!(input("2026-01-31", "-1,200.50", "usd").parse(), Ok((day, money)));
        assert_eq!(money.to_string(), "-1,200.50 USD");
        assert_eq!(Money { minor: 1500, currency: Currency::Jpy }.to_string(), "1,500 JPY");
    }

    #[test]
    fn parse_of_invalid_total_names_all_fields() {
        let errors = input("31.1.", "lots", "BTC").parse().expect_err("all fields are invalid");
        assert_eq!(errors.into_keys().collect::<Vec<_>>(), ["amount", "currency", "day"]);
        assert!(input("2026-01-31", "10000000.01", "USD").parse().is_err(), "above the maximum");
        assert!(input("1999-01-01", "1", "USD").parse().is_err(), "before the year 2000");
    }
}
