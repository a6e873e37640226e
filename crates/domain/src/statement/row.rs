//! Parsing of rows to entries. A row that is neither an entry nor skipped is a row error, so that no amount is lost silently.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{Column, EarningKind, Mapping, amount, date};
use crate::{choice::choices, money::Currency};

/// Maximum length of a stored description in characters.
const LONGEST_DESCRIPTION: usize = 200;
/// Maximum length in characters of the cell excerpt in a row error.
const LONGEST_EXCERPT: usize = 40;

/// An entry of a statement: money that was earned, or taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Time of the entry (UTC); midnight if the row has no time.
    pub at: DateTime<Utc>,
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
}

/// Result of parsing a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// The row is an entry.
    Entry(Entry),
    /// The row is skipped: a payout, or a payment that failed or was reversed.
    LeftOut,
    /// The row cannot be parsed.
    Fault(Fault),
}

/// Error of a row that cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// Kind of the error.
    pub kind: FaultKind,
    /// Excerpt of the invalid cell; empty if the cell is missing.
    pub cell: String,
    /// Day whose earnings are incomplete without the row; `None` if the date is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<NaiveDate>,
}

choices! {
    /// Why a row cannot be parsed.
    FaultKind {
        /// The date cell is empty.
        NoDate = "no_date", "There is no date.";
        /// The date has an unknown format.
        BadDate = "bad_date", "This is not a date.";
        /// The amount cells are empty.
        NoAmount = "no_amount", "There is no amount.";
        /// The amount has an unknown or ambiguous format.
        BadAmount = "bad_amount", "This is not an amount.";
        /// The fee is missing, so the net amount cannot be computed.
        NoFee = "no_fee", "There is no fee.";
        /// The amount names a currency other than that of the row.
        OtherCurrency = "other_currency", "This amount is of another currency.";
        /// The currency is not supported.
        BadCurrency = "bad_currency", "This currency is not known here.";
        /// The date is in the future.
        Future = "future", "This date is in the future.";
        /// The row exceeds the maximum length.
        TooLong = "too_long", "This row is too long. Perhaps a quotation mark is not closed.";
        /// The row has more cells than the header, so its cells may be shifted.
        TooWide = "too_wide", "This row has more columns than the header.";
    }
}

/// Parses one row of a table with `width` columns. A row dated after `latest` is an error.
pub fn read(mapping: &Mapping, width: usize, cells: &[&str], latest: DateTime<Utc>) -> Reading {
    if let Some(extra) = cells.iter().skip(width).find(|cell| !cell.trim().is_empty()) {
        return Reading::Fault(fault(FaultKind::TooWide, extra));
    }
    match entry(mapping, cells, latest) {
        Ok(Some(entry)) => Reading::Entry(entry),
        Ok(None) => Reading::LeftOut,
        Err(fault) => Reading::Fault(fault),
    }
}

fn entry(mapping: &Mapping, cells: &[&str], latest: DateTime<Utc>) -> Result<Option<Entry>, Fault> {
    let cell = |column| mapping.cell(cells, column);
    let kind = kind_of(cell(Column::Kind));
    if kind.is_none() || never_came_about(cell(Column::Status)) {
        return Ok(None);
    }
    let kind = kind.unwrap_or(EarningKind::Other);
    let at = match cell(Column::Date) {
        "" => return Err(fault(FaultKind::NoDate, "")),
        text => date::parse(text, mapping.date_order).ok_or_else(|| fault(FaultKind::BadDate, text))?,
    };
    if at > latest {
        return Err(fault(FaultKind::Future, cell(Column::Date)));
    }
    let on_its_day = |fault: Fault| Fault { day: Some(at.date_naive()), ..fault };
    let currency = match cell(Column::Currency) {
        "" => mapping.currency,
        code => Currency::parse(code).ok_or_else(|| on_its_day(fault(FaultKind::BadCurrency, code)))?,
    };
    let amount = amount_of(mapping, cells, currency).map_err(on_its_day)?;
    Ok(Some(Entry {
        at,
        kind,
        amount_minor: if kind.is_negative() { -amount.abs() } else { amount },
        currency,
        description: cut(cell(Column::Description), LONGEST_DESCRIPTION),
        reference: cell(Column::Reference).to_owned(),
        payer: cell(Column::Payer).to_owned(),
    }))
}

/// Returns the net amount, otherwise the gross amount less the fee. Without a fee, the gross amount is used only if the file has neither a
/// net nor a fee column.
fn amount_of(mapping: &Mapping, cells: &[&str], currency: Currency) -> Result<i64, Fault> {
    let amount = |column| match mapping.cell(cells, column) {
        "" => Ok(None),
        text => amount::parse(text, mapping.decimal_sign, currency).map(Some).map_err(|kind| fault(kind, text)),
    };
    let is_named = |column| mapping.columns.contains_key(&column);
    if let Some(net) = amount(Column::Net)? {
        return Ok(net);
    }
    let gross = amount(Column::Gross)?.ok_or_else(|| fault(FaultKind::NoAmount, ""))?;
    let fee = match amount(Column::Fee)? {
        // The fee is subtracted from earnings and reduces refunds, whatever its sign in the file.
        Some(fee) => fee.abs(),
        None if is_named(Column::Net) => return Err(fault(FaultKind::NoAmount, "")),
        None if is_named(Column::Fee) => return Err(fault(FaultKind::NoFee, "")),
        None => 0,
    };
    Ok(if gross < 0 { gross + fee.min(-gross) } else { gross - fee })
}

/// Classifies a platform's word for a transaction; returns `None` for payouts.
pub(super) fn kind_of(word: &str) -> Option<EarningKind> {
    const KNOWN: [(&str, EarningKind); 14] = [
        // Refunds and chargebacks often name the original transaction, so they are matched first.
        ("chargeback", EarningKind::Chargeback),
        ("charge back", EarningKind::Chargeback),
        ("refund", EarningKind::Refund),
        ("revers", EarningKind::Refund),
        ("renew", EarningKind::Renewal),
        ("rebill", EarningKind::Renewal),
        ("recurring", EarningKind::Renewal),
        ("subscri", EarningKind::Subscription),
        ("tip", EarningKind::Tip),
        ("message", EarningKind::Message),
        ("ppv", EarningKind::Message),
        ("post", EarningKind::Post),
        ("stream", EarningKind::Stream),
        ("referral", EarningKind::Referral),
    ];
    const PAYOUTS: [&str; 5] = ["payout", "pay-out", "pay out", "withdraw", "transfer"];
    let word = word.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
    if has(&PAYOUTS) {
        return None;
    }
    // A reversed refund or chargeback restores the earning, so the sign of the file is kept.
    if has(&["chargeback", "charge back", "refund"]) && has(&["revers", " won", "cancel"]) {
        return Some(EarningKind::Other);
    }
    Some(KNOWN.iter().find(|(part, _)| word.contains(part)).map_or(EarningKind::Other, |(_, kind)| *kind))
}

/// Returns whether the status means that a payment failed, was cancelled or was paid back.
pub fn never_came_about(status: &str) -> bool {
    const WORDS: [&str; 10] = ["fail", "declin", "cancel", "void", "reject", "refund", "revers", "chargeback", "charged back", "disput"];
    let status = status.to_lowercase();
    WORDS.iter().any(|word| status.contains(word))
}

fn fault(kind: FaultKind, cell: &str) -> Fault {
    Fault { kind, cell: cut(cell, LONGEST_EXCERPT), day: None }
}

/// Truncates a text to `longest` characters, without control characters.
fn cut(text: &str, longest: usize) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(longest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::{DateOrder, DecimalSign};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const CELLS: usize = 10;

    /// Returns a mapping of all columns, in the order of `Column::ALL`.
    fn mapping() -> Mapping {
        use crate::choice::Choice;
        let columns = Column::ALL.iter().copied().zip(0..).collect();
        Mapping { columns, date_order: DateOrder::MonthFirst, decimal_sign: DecimalSign::Point, currency: Currency::Usd }
    }

    fn latest() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).expect("valid timestamp")
    }

    fn row(kind: &str, net: &str, gross: &str, fee: &str) -> Reading {
        read(&mapping(), CELLS, &["2026-01-31", kind, net, gross, fee, "", "Thanks!", "17", "fan", "done"], latest())
    }

    fn amount(reading: Reading) -> i64 {
        let Reading::Entry(entry) = reading else { panic!("{reading:?}") };
        entry.amount_minor
    }

    #[test]
    fn read_returns_entry_with_net_amount() {
        let Reading::Entry(entry) = row("Tip from fan", "8.00", "10.00", "2.00") else { panic!("expected an entry") };
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
        assert_eq!(row("Payout request", "500.00", "", ""), Reading::LeftOut);
        for status in ["Declined", "refunded", "Charged back"] {
            let row = read(&mapping(), CELLS, &["2026-01-31", "tip", "8", "", "", "", "", "", "", status], latest());
            assert_eq!(row, Reading::LeftOut, "{status}");
        }
        assert_eq!(row("Payout reversal", "500.00", "", ""), Reading::LeftOut);
    }

    #[test]
    fn read_of_invalid_row_returns_kind_and_cell() {
        let fault = |cells: &[&str]| match read(&mapping(), CELLS, cells, latest()) {
            Reading::Fault(fault) => (fault.kind, fault.cell),
            other => panic!("{other:?}"),
        };
        assert_eq!(fault(&["", "tip", "8"]), (FaultKind::NoDate, String::new()));
        assert_eq!(fault(&["31/12/2026", "tip", "8"]), (FaultKind::BadDate, "31/12/2026".to_owned()));
        assert_eq!(fault(&["2099-01-01", "tip", "8"]), (FaultKind::Future, "2099-01-01".to_owned()));
        assert_eq!(fault(&["2026-01-31", "tip"]), (FaultKind::NoAmount, String::new()));
        assert_eq!(fault(&["2026-01-31", "tip", "8,00"]), (FaultKind::BadAmount, "8,00".to_owned()));
        assert_eq!(fault(&["2026-01-31", "tip", "8", "", "", "BTC"]), (FaultKind::BadCurrency, "BTC".to_owned()));
        assert_eq!(fault(&["2026-01-31", "tip", "", "10.00"]), (FaultKind::NoAmount, String::new()), "the fee is missing");
        assert_eq!(fault(&["2026-01-31", "tip", "1", "234.56", "0", "", "", "", "", "", "done"]), (FaultKind::TooWide, "done".to_owned()));
    }

    #[test]
    fn gross_amount_is_reduced_by_mapped_fee() {
        let amount_with = |columns: &[Column], cells: &[&str]| {
            let columns = [Column::Date].iter().chain(columns).copied().zip(0..).collect();
            read(&Mapping { columns, ..mapping() }, 4, cells, latest())
        };
        let gross = amount_with(&[Column::Gross], &["2026-01-31", "10.00"]);
        assert_eq!(amount(gross), 1000);
        let less_fee = [Column::Gross, Column::Fee];
        assert_eq!(amount(amount_with(&less_fee, &["2026-01-31", "10.00", "2.00"])), 800);
        let Reading::Fault(fault) = amount_with(&less_fee, &["2026-01-31", "10.00", ""]) else { panic!("expected a row error") };
        assert_eq!((fault.kind, fault.day), (FaultKind::NoFee, NaiveDate::from_ymd_opt(2026, 1, 31)), "the error names the incomplete day");
    }

    proptest! {
        #[test]
        fn read_of_any_cells_does_not_panic(cells in prop::collection::vec(".{0,30}", 0..12), indexes in prop::collection::vec(0..20_usize, CELLS)) {
            use crate::choice::Choice;
            let columns: BTreeMap<_, _> = Column::ALL.iter().copied().zip(indexes).collect();
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            let _ = read(&Mapping { columns, ..mapping() }, CELLS, &cells, latest());
        }
    }
}
