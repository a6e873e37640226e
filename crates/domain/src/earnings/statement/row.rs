//! Parsing of rows to entries. A row that is neither an entry nor skipped is a row error, so that no amount is lost silently.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    ColumnMapping, EarningKind, FileFacts, Question, Reading, StatementColumn, UnclearRow,
    amount::{self, Amount, Notation},
    date,
    words::{Direction, Meaning, State, meaning_of, state_of},
};
use crate::{
    money::{Currency, Money},
    string_enum::string_enum,
};

/// Maximum length of a stored description in characters.
const MAX_DESCRIPTION_CHARS: usize = 200;
/// Maximum length in characters of the cell excerpt in a row error.
const MAX_EXCERPT_CHARS: usize = 40;

/// An entry of a statement: money that was earned, or taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Time of the entry (UTC); midnight if the row has no time.
    pub occurred_at: DateTime<Utc>,
    /// Kind of earning.
    pub kind: EarningKind,
    /// Amount in minor units; negative if the money was taken back.
    pub amount_minor: i64,
    /// Currency of the amount.
    pub currency: Currency,
    /// Free text, truncated.
    pub description: String,
    /// The platform's id of the transaction.
    pub reference: String,
    /// Name of the fan who paid. Distinguishes otherwise equal rows; it is not stored.
    pub payer: String,
    /// Whether the file has more decimals than the currency, so that the amount was rounded.
    pub is_rounded: bool,
}

/// Result of parsing a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParsedRow {
    /// The row is an entry.
    Entry(Entry),
    /// The row is skipped: a payout, a hold, a total, or a payment that failed or was reversed.
    Skipped,
    /// The row cannot be parsed.
    Invalid(RowError),
    /// A word of the row leaves open what it means.
    Unclear(UnclearRow),
}

impl ParsedRow {
    /// Returns the entry that the row is, also by a decision of the user.
    pub fn entry(&self) -> Option<&Entry> {
        match self {
            Self::Entry(entry) => Some(entry),
            Self::Unclear(unclear) => unclear.outcome.entry(),
            Self::Skipped | Self::Invalid(_) => None,
        }
    }
}

/// Error of a row that cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowError {
    /// Kind of the error.
    pub kind: RowErrorKind,
    /// Excerpt of the invalid cell; empty if the cell is missing.
    pub cell: String,
    /// Day whose earnings are incomplete without the row; `None` if the date is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<NaiveDate>,
}

string_enum! {
    /// Why a row cannot be parsed.
    RowErrorKind {
        /// The date cell is empty.
        MissingDate = "missing_date";
        /// The date has an unknown format.
        InvalidDate = "invalid_date";
        /// The amount cells are empty.
        MissingAmount = "missing_amount";
        /// The amount has an unknown or ambiguous format.
        InvalidAmount = "invalid_amount";
        /// The fee is missing, so the net amount cannot be computed.
        MissingFee = "missing_fee";
        /// The amount names a currency other than that of the row.
        CurrencyMismatch = "currency_mismatch";
        /// The currency is not supported.
        UnknownCurrency = "unknown_currency";
        /// The date is in the future.
        FutureDate = "future_date";
        /// The row exceeds the maximum length.
        RowTooLong = "row_too_long";
        /// The row has more cells than the header, so its cells may be shifted.
        TooManyColumns = "too_many_columns";
        /// A quotation mark is not closed, so that the rows below are part of a cell.
        UnclosedQuote = "unclosed_quote";
        /// The kind does not say whether the money came or went.
        UnclearDirection = "unclear_direction";
        /// The status does not say whether the money came.
        UnclearStatus = "unclear_status";
    }
}

impl ColumnMapping {
    /// Adds what a row reveals about the file.
    pub fn observe(&self, cells: &[&str], facts: &mut FileFacts) {
        if facts.has_signs && facts.has_refunds && facts.has_decimals {
            return;
        }
        let amounts = || [StatementColumn::Net, StatementColumn::Gross].map(|column| self.cell(cells, column)).into_iter();
        facts.has_decimals = facts.has_decimals || amounts().any(|cell| amount::shows_decimals(cell, self.decimal_separator));
        if let Meaning::Transaction(kind, direction) = meaning_of(self.cell(cells, StatementColumn::Kind)) {
            let is_undoing = matches!(kind, EarningKind::Refund | EarningKind::Chargeback) && direction == Direction::Out;
            let is_negative = amounts().any(amount::is_negative);
            facts.has_signs |= is_negative;
            facts.has_refunds |= is_undoing || (is_negative && self.cell(cells, StatementColumn::Kind).is_empty());
        }
    }
}

/// Parses one row of a table with `width` columns. A row dated after `latest` is an error.
pub fn parse_row(mapping: &ColumnMapping, width: usize, cells: &[&str], latest: DateTime<Utc>) -> ParsedRow {
    if let Some(extra) = cells.iter().skip(width).find(|cell| !cell.trim().is_empty()) {
        return ParsedRow::Invalid(row_error(RowErrorKind::TooManyColumns, extra));
    }
    read(mapping, cells, latest).unwrap_or_else(ParsedRow::Invalid)
}

fn read(mapping: &ColumnMapping, cells: &[&str], latest: DateTime<Utc>) -> Result<ParsedRow, RowError> {
    let cell = |column| mapping.cell(cells, column);
    let Meaning::Transaction(kind, direction) = meaning_of(cell(StatementColumn::Kind)) else { return Ok(ParsedRow::Skipped) };
    let state = state_of(cell(StatementColumn::Status));
    if state == State::Unpaid || (state == State::GivenBack && !mapping.facts.has_refunds) {
        return Ok(ParsedRow::Skipped);
    }
    let occurred_at = match cell(StatementColumn::Date) {
        "" => return Err(row_error(RowErrorKind::MissingDate, "")),
        text => date::parse(text, mapping.date_order).ok_or_else(|| row_error(RowErrorKind::InvalidDate, text))?,
    };
    if occurred_at > latest {
        return Err(row_error(RowErrorKind::FutureDate, cell(StatementColumn::Date)));
    }
    let on_its_day = |error: RowError| RowError { day: Some(occurred_at.date_naive()), ..error };
    let currency = match cell(StatementColumn::Currency) {
        "" => currency_in_amount(mapping, cells).unwrap_or(mapping.currency),
        code => currency_of(code, mapping.currency).ok_or_else(|| on_its_day(row_error(RowErrorKind::UnknownCurrency, code)))?,
    };
    let amount = amount_of(mapping, cells, currency).map_err(on_its_day)?;
    let (minor, is_rounded) = (amount.minor(), amount.is_rounded());
    let entry = |amount_minor| Entry {
        occurred_at,
        kind,
        amount_minor,
        currency,
        description: truncate(cell(StatementColumn::Description), MAX_DESCRIPTION_CHARS),
        reference: cell(StatementColumn::Reference).to_owned(),
        payer: cell(StatementColumn::Payer).to_owned(),
        is_rounded,
    };
    let signed = signed(minor, direction, mapping.facts.has_signs);
    let counted = signed.unwrap_or(minor.abs());
    let is_state_unclear = state == State::Unclear || (state == State::PartlyGivenBack && !mapping.facts.has_refunds);
    let is_counted = |word: &str| mapping.reading_of(Question::Status, word) == Some(Reading::In);
    // A row that the user counts in spite of its status can have a direction that is unclear, too.
    let question = if is_state_unclear && (signed.is_some() || !is_counted(&Question::Status.word_of(cell(StatementColumn::Status)))) {
        Question::Status
    } else if signed.is_none() {
        Question::Direction
    } else {
        return Ok(ParsedRow::Entry(entry(counted)));
    };
    let said = cell(if question == Question::Status { StatementColumn::Status } else { StatementColumn::Kind });
    let word = question.word_of(said);
    let outcome = match mapping.reading_of(question, &word) {
        None => ParsedRow::Invalid(on_its_day(row_error(question.row_error(), said))),
        Some(Reading::In) => ParsedRow::Entry(entry(counted)),
        Some(Reading::Out) => ParsedRow::Entry(entry(-counted)),
        Some(Reading::LeftOut) => ParsedRow::Skipped,
    };
    Ok(ParsedRow::Unclear(UnclearRow { question, word, amount: Money { minor: counted, currency }, outcome: Box::new(outcome) }))
}

/// Returns the amount with its sign; `None` if it is unclear. Where the amounts of a file have signs, the kind changes none; what says that money
/// went and is not below 0 contradicts itself, and what goes in a transfer may be a payout. Where all are unsigned, the kind says the sign.
fn signed(amount: i64, direction: Direction, has_signs: bool) -> Option<i64> {
    match direction {
        Direction::Out if has_signs && amount > 0 => None,
        Direction::Unclear if has_signs && amount < 0 => None,
        _ if has_signs => Some(amount),
        Direction::In => Some(amount),
        Direction::Out => Some(-amount.abs()),
        Direction::Unclear => None,
    }
}

/// Returns the one currency that the amount of a row names.
fn currency_in_amount(mapping: &ColumnMapping, cells: &[&str]) -> Option<Currency> {
    let columns = [StatementColumn::Net, StatementColumn::Gross];
    let amount = columns.iter().map(|column| mapping.cell(cells, *column)).find(|cell| !cell.is_empty())?;
    match amount::currencies_in(amount)? {
        [only] => Some(*only),
        _ => None,
    }
}

/// Returns the currency that a cell names by code, symbol or name. One that can mean several is `usual` if that is among them.
fn currency_of(cell: &str, usual: Currency) -> Option<Currency> {
    match amount::currency_named(cell)? {
        said if said.contains(&usual) => Some(usual),
        [only] => Some(*only),
        _ => None,
    }
}

/// Returns the net amount, otherwise the gross amount less the fee. Without a fee, the gross amount is used only if the file has neither a
/// net nor a fee column.
fn amount_of(mapping: &ColumnMapping, cells: &[&str], currency: Currency) -> Result<Amount, RowError> {
    let notation = Notation { separator: mapping.decimal_separator, has_decimals: mapping.facts.has_decimals };
    let amount = |column| match mapping.cell(cells, column) {
        "" => Ok(None),
        text => amount::parse(text, notation, currency).map(Some).map_err(|kind| row_error(kind, text)),
    };
    let is_named = |column| mapping.columns.contains_key(&column);
    if let Some(net) = amount(StatementColumn::Net)? {
        return Ok(net);
    }
    let gross = amount(StatementColumn::Gross)?.ok_or_else(|| row_error(RowErrorKind::MissingAmount, ""))?;
    let fee = match amount(StatementColumn::Fee)? {
        // The fee is subtracted from earnings and reduces refunds, whatever its sign in the file.
        Some(fee) => Amount { micro: fee.micro.abs(), ..fee },
        None if is_named(StatementColumn::Net) => return Err(row_error(RowErrorKind::MissingAmount, "")),
        None if is_named(StatementColumn::Fee) => return Err(row_error(RowErrorKind::MissingFee, "")),
        None => Amount::default(),
    };
    let micro = if gross.micro < 0 { gross.micro + fee.micro.min(-gross.micro) } else { gross.micro - fee.micro };
    Ok(Amount { micro, is_like_thousands: gross.is_like_thousands || fee.is_like_thousands })
}

fn row_error(kind: RowErrorKind, cell: &str) -> RowError {
    RowError { kind, cell: truncate(cell, MAX_EXCERPT_CHARS), day: None }
}

/// Truncates a text to `max_chars` characters, without control characters.
fn truncate(text: &str, max_chars: usize) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(max_chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::earnings::statement::{Answer, DateOrder, DecimalSeparator};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const CELLS: usize = 10;

    /// Returns a mapping of all columns, in the order of `StatementColumn::ALL`.
    fn mapping() -> ColumnMapping {
        use crate::string_enum::StringEnum;
        let columns = StatementColumn::ALL.iter().copied().zip(0..).collect();
        ColumnMapping {
            columns,
            date_order: DateOrder::MonthFirst,
            decimal_separator: DecimalSeparator::Point,
            currency: Currency::Usd,
            ..ColumnMapping::default()
        }
    }

    fn latest() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).expect("valid timestamp")
    }

    fn row(kind: &str, net: &str, gross: &str, fee: &str) -> ParsedRow {
        parse_row(&mapping(), CELLS, &["2026-01-31", kind, net, gross, fee, "", "Thanks!", "17", "fan", "done"], latest())
    }

    fn amount(parsed: ParsedRow) -> i64 {
        let ParsedRow::Entry(entry) = parsed else { panic!("{parsed:?}") };
        entry.amount_minor
    }

    #[test]
    fn parse_row_returns_entry_with_net_amount() {
        let ParsedRow::Entry(entry) = row("Tip from fan", "8.00", "10.00", "2.00") else { panic!("expected an entry") };
        assert_eq!((entry.kind, entry.amount_minor, entry.currency), (EarningKind::Tip, 800, Currency::Usd));
        assert_eq!((&*entry.description, &*entry.reference, &*entry.payer), ("Thanks!", "17", "fan"));
        assert_eq!(amount(row("tip", "", "10.00", "-2.00")), 800);
        assert_eq!(amount(row("tip", "0", "10.00", "")), 0, "an amount of 0 is valid");
    }

    #[test]
    fn refunds_and_chargebacks_are_negative() {
        assert_eq!(amount(row("Refund of a tip", "8.00", "", "")), -800);
        assert_eq!(amount(row("chargeback", "-8.00", "", "")), -800);
        assert_eq!(amount(row("Refund", "", "-10.00", "2.00")), -800);
        assert_eq!(amount(row("adjustment", "-1.50", "", "")), -150);
        assert_eq!(amount(row("Chargeback reversal", "8.00", "", "")), 800, "a reversed chargeback keeps its sign");
    }

    #[test]
    fn payouts_and_failed_payments_are_skipped() {
        assert_eq!(row("Payout request", "500.00", "", ""), ParsedRow::Skipped);
        for status in ["Declined", "refunded", "Charged back"] {
            let row = parse_row(&mapping(), CELLS, &["2026-01-31", "tip", "8", "", "", "", "", "", "", status], latest());
            assert_eq!(row, ParsedRow::Skipped, "{status}");
        }
        assert_eq!(row("Payout reversal", "500.00", "", ""), ParsedRow::Skipped);
    }

    #[test]
    fn parse_row_of_invalid_row_returns_kind_and_cell() {
        let row_error = |cells: &[&str]| match parse_row(&mapping(), CELLS, cells, latest()) {
            ParsedRow::Invalid(error) => (error.kind, error.cell),
            other => panic!("{other:?}"),
        };
        assert_eq!(row_error(&["", "tip", "8"]), (RowErrorKind::MissingDate, String::new()));
        assert_eq!(row_error(&["31/12/2026", "tip", "8"]), (RowErrorKind::InvalidDate, "31/12/2026".to_owned()));
        assert_eq!(row_error(&["2099-01-01", "tip", "8"]), (RowErrorKind::FutureDate, "2099-01-01".to_owned()));
        assert_eq!(row_error(&["2026-01-31", "tip"]), (RowErrorKind::MissingAmount, String::new()));
        assert_eq!(row_error(&["2026-01-31", "tip", "8,00"]), (RowErrorKind::InvalidAmount, "8,00".to_owned()));
        assert_eq!(row_error(&["2026-01-31", "tip", "8", "", "", "BTC"]), (RowErrorKind::UnknownCurrency, "BTC".to_owned()));
        assert_eq!(row_error(&["2026-01-31", "tip", "", "10.00"]), (RowErrorKind::MissingAmount, String::new()), "the fee is missing");
        assert_eq!(
            row_error(&["2026-01-31", "tip", "1", "234.56", "0", "", "", "", "", "", "done"]),
            (RowErrorKind::TooManyColumns, "done".to_owned())
        );
    }

    #[test]
    fn gross_amount_is_reduced_by_mapped_fee() {
        let amount_with = |columns: &[StatementColumn], cells: &[&str]| {
            let columns = [StatementColumn::Date].iter().chain(columns).copied().zip(0..).collect();
            parse_row(&ColumnMapping { columns, ..mapping() }, 4, cells, latest())
        };
        let gross = amount_with(&[StatementColumn::Gross], &["2026-01-31", "10.00"]);
        assert_eq!(amount(gross), 1000);
        let less_fee = [StatementColumn::Gross, StatementColumn::Fee];
        assert_eq!(amount(amount_with(&less_fee, &["2026-01-31", "10.00", "2.00"])), 800);
        let with_decimals = amount_with(&less_fee, &["2026-01-31", "10.0150", "2.0050"]);
        assert_eq!(amount(with_decimals), 801, "rounded once, after the fee");
        let ParsedRow::Invalid(error) = amount_with(&less_fee, &["2026-01-31", "10.00", ""]) else { panic!("expected a row error") };
        assert_eq!(
            (error.kind, error.day),
            (RowErrorKind::MissingFee, NaiveDate::from_ymd_opt(2026, 1, 31)),
            "the error names the incomplete day"
        );
    }

    #[test]
    fn answer_decides_how_unclear_rows_are_read() {
        let read = |answers: &[(Question, &str, Reading)], status: &str| {
            let mut mapping = mapping();
            for (question, word, reading) in answers {
                mapping.answer(Answer { question: *question, word: (*word).to_owned(), reading: *reading });
            }
            let cells = ["2026-01-31", "Transfer from Ada", "8.00", "", "", "", "", "", "", status];
            let ParsedRow::Unclear(unclear) = parse_row(&mapping, CELLS, &cells, latest()) else { panic!("expected an unclear row") };
            (unclear.question, unclear.word, unclear.amount.minor, unclear.outcome.entry().map(|entry| entry.amount_minor))
        };
        let direction = |outcome| (Question::Direction, "transfer".to_owned(), 800, outcome);
        assert_eq!(read(&[], "done"), direction(None));
        assert_eq!(read(&[(Question::Direction, "transfer", Reading::In)], "done"), direction(Some(800)));
        assert_eq!(read(&[(Question::Direction, "transfer", Reading::Out)], "done"), direction(Some(-800)));
        assert_eq!(read(&[(Question::Direction, "transfer", Reading::LeftOut)], "done"), direction(None));
        assert_eq!(read(&[(Question::Direction, "payment", Reading::In)], "done"), direction(None), "another word");
        let status = |outcome| (Question::Status, "in review".to_owned(), 800, outcome);
        assert_eq!(read(&[(Question::Direction, "transfer", Reading::In)], "In review"), status(None));
        let counted = (Question::Status, "in review", Reading::In);
        assert_eq!(read(&[counted], "In review"), direction(None), "the status is decided, the direction is not");
        assert_eq!(read(&[counted, (Question::Direction, "transfer", Reading::Out)], "In review"), direction(Some(-800)));
    }

    proptest! {
        #[test]
        fn signs_of_a_file_are_kept_and_unsigned_amounts_get_that_of_the_kind(
            minor in -1_000_000..1_000_000_i64,
            kind in prop::sample::select(vec!["tip", "Refund", "Chargeback", "Chargeback won", "Fee", "Transfer", "adjustment", "Debit"]),
        ) {
            let sign = if minor < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{:02}", minor.abs() / 100, minor.abs() % 100);
            let cells = ["2026-01-31", kind, text.as_str()];
            let signed = ColumnMapping { facts: FileFacts { has_signs: true, ..FileFacts::default() }, ..mapping() };
            if let ParsedRow::Entry(entry) = parse_row(&signed, CELLS, &cells, latest()) {
                prop_assert_eq!(entry.amount_minor, minor);
            }
            let Meaning::Transaction(_, direction) = meaning_of(kind) else { panic!("a transaction") };
            match (parse_row(&mapping(), CELLS, &cells, latest()), direction) {
                (ParsedRow::Entry(entry), Direction::Out) => prop_assert_eq!(entry.amount_minor, -minor.abs()),
                (ParsedRow::Entry(entry), Direction::In) => prop_assert_eq!(entry.amount_minor, minor),
                (ParsedRow::Unclear(unclear), Direction::Unclear) => prop_assert_eq!(unclear.amount.minor, minor.abs()),
                (other, _) => prop_assert!(false, "{:?}", other),
            }
        }

        #[test]
        fn parse_row_of_any_cells_does_not_panic(cells in prop::collection::vec(".{0,30}", 0..12), indexes in prop::collection::vec(0..20_usize, CELLS)) {
            use crate::string_enum::StringEnum;
            let columns: BTreeMap<_, _> = StatementColumn::ALL.iter().copied().zip(indexes).collect();
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            let _ = parse_row(&ColumnMapping { columns, ..mapping() }, CELLS, &cells, latest());
        }
    }
}
