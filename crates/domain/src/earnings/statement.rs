//! Parsing of earnings statements: CSV tables of any layout, with a column mapping that the user confirms.

mod amount;
mod date;
mod infer;
mod question;
mod row;
mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    money::Currency,
    string_enum::{StringEnum, string_enum},
    validation::{FieldError, FieldErrors, add_error},
};

pub use amount::DecimalSeparator;
pub use date::{DateOrder, DateOrderCounts, is_date};
pub use infer::{detect_delimiter, infer_mapping, is_transaction_id, looks_like_header, named_columns, names_table};
pub use question::{Answer, Question, Reading, UnclearRow};
pub use row::{Entry, ParsedRow, RowError, RowErrorKind, parse_row};
pub use words::{Direction, Meaning, State, meaning_of, state_of};

/// Maximum number of columns of a statement.
pub const MAX_COLUMNS: usize = 100;
/// Maximum number of rows of a statement.
pub const MAX_ROWS: u32 = 200_000;
/// Maximum size of a statement file in bytes.
pub const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

string_enum! {
    /// Meaning of a column of a statement.
    StatementColumn {
        /// Date, or date and time, of the earning.
        Date = "date";
        /// Kind of transaction, in the platform's words.
        Kind = "kind";
        /// Amount that the creator receives.
        Net = "net";
        /// Amount that the fan paid.
        Gross = "gross";
        /// Fee that the platform keeps.
        Fee = "fee";
        /// Currency of the amounts.
        Currency = "currency";
        /// Free text.
        Description = "description";
        /// The platform's id of the transaction or of its subject, such as a post.
        Reference = "reference";
        /// Name of the fan who paid.
        Payer = "payer";
        /// Status of the payment; failed payments are skipped.
        Status = "status";
    }
}

string_enum! {
    /// Kind of earning.
    EarningKind {
        /// First period of a subscription.
        Subscription = "subscription";
        /// Renewal of a subscription.
        Renewal = "renewal";
        /// Tip.
        Tip = "tip";
        /// Paid message.
        Message = "message";
        /// Paid post.
        Post = "post";
        /// Live stream.
        Stream = "stream";
        /// Commission for referring a creator.
        Referral = "referral";
        /// Refund to a fan.
        Refund = "refund";
        /// Chargeback by a fan's bank.
        Chargeback = "chargeback";
        /// Fee of the platform or a bank that has a row of its own.
        Fee = "fee";
        /// Any other transaction.
        Other = "other";
    }
}

/// Column mapping of a statement: which column means what, and how dates and amounts are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnMapping {
    /// Index of each column, from 0. A column that is missing from the map is not in the file.
    pub columns: BTreeMap<StatementColumn, usize>,
    /// Order of day and month in dates like `01/02/2026`.
    pub date_order: DateOrder,
    /// Decimal separator of the amounts.
    pub decimal_separator: DecimalSeparator,
    /// Currency of rows without a currency of their own.
    pub currency: Currency,
    /// What the whole file says about the meaning of its rows.
    #[serde(default)]
    pub facts: FileFacts,
    /// What the user decided about unclear words of this file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
    /// Whether the columns are those that the user chose for an earlier file of this layout.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_remembered: bool,
}

/// What a file as a whole says about the meaning of its rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FileFacts {
    /// Whether any amount is below 0. Then the signs of the file count; otherwise the kind of a row says the sign.
    pub has_signs: bool,
    /// Whether refunds and chargebacks have rows of their own. Then a payment that was given back counts in full, because that row subtracts it.
    pub has_refunds: bool,
    /// Whether an amount proves the decimal separator. Then three digits after it are decimals; otherwise they could be a group of thousands.
    pub has_decimals: bool,
}

/// Which amounts of a statement are counted as earnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountBasis {
    /// The net amounts.
    Net,
    /// The gross amounts less the platform's fee.
    GrossLessFee,
    /// The gross amounts: the file has no column for the fee.
    Gross,
}

impl ColumnMapping {
    /// Validates the mapping for a table with `width` columns.
    ///
    /// # Errors
    /// One message per invalid field; the field name is the word of a [`StatementColumn`].
    pub fn validate(&self, width: usize) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::new();
        if !self.columns.contains_key(&StatementColumn::Date) {
            add_error(&mut errors, StatementColumn::Date.as_str(), FieldError::DateColumnMissing);
        }
        if !self.columns.contains_key(&StatementColumn::Net) && !self.columns.contains_key(&StatementColumn::Gross) {
            add_error(&mut errors, StatementColumn::Net.as_str(), FieldError::AmountColumnMissing);
        }
        for (column, index) in &self.columns {
            if *index >= width {
                add_error(&mut errors, column.as_str(), FieldError::ColumnUnknown);
            } else if self.columns.iter().any(|(other, same)| same == index && other < column) {
                add_error(&mut errors, column.as_str(), FieldError::ColumnTwice);
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// Returns which amounts are counted.
    pub fn basis(&self) -> AmountBasis {
        let has = |column| self.columns.contains_key(&column);
        match (has(StatementColumn::Net), has(StatementColumn::Fee)) {
            (true, _) => AmountBasis::Net,
            (false, true) => AmountBasis::GrossLessFee,
            (false, false) => AmountBasis::Gross,
        }
    }

    /// Adds the date of a row to the counts of date orders.
    pub fn count_order(&self, cells: &[String], orders: &mut DateOrderCounts) {
        if let Some(cell) = self.columns.get(&StatementColumn::Date).and_then(|index| cells.get(*index)) {
            orders.count(cell);
        }
    }

    fn cell<'a>(&self, cells: &[&'a str], column: StatementColumn) -> &'a str {
        self.columns.get(&column).and_then(|index| cells.get(*index)).map_or("", |cell| cell.trim())
    }
}

/// `POST /api/earnings/statements/mapping`: sets the column mapping. Fields as sent by a form; columns are indexes from 0, or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MappingInput {
    /// Id of the statement.
    pub id: String,
    /// Index of [`StatementColumn::Date`].
    pub date: String,
    /// Index of [`StatementColumn::Kind`].
    pub kind: String,
    /// Index of [`StatementColumn::Net`].
    pub net: String,
    /// Index of [`StatementColumn::Gross`].
    pub gross: String,
    /// Index of [`StatementColumn::Fee`].
    pub fee: String,
    /// Index of [`StatementColumn::Currency`].
    pub currency: String,
    /// Index of [`StatementColumn::Description`].
    pub description: String,
    /// Index of [`StatementColumn::Reference`].
    pub reference: String,
    /// Index of [`StatementColumn::Payer`].
    pub payer: String,
    /// Index of [`StatementColumn::Status`].
    pub status: String,
    /// Word of [`DateOrder`].
    pub date_order: String,
    /// Word of [`DecimalSeparator`].
    pub decimal_separator: String,
    /// ISO 4217 code for rows without a currency of their own.
    pub default_currency: String,
}

impl MappingInput {
    /// Parses the input and validates it for a table with `width` columns.
    pub fn parse(&self, width: usize) -> Result<ColumnMapping, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut columns = BTreeMap::new();
        for column in StatementColumn::ALL {
            match self.field(*column) {
                "" => {}
                number => match number.parse() {
                    Ok(index) => drop(columns.insert(*column, index)),
                    Err(_) => add_error(&mut errors, column.as_str(), FieldError::NotListed),
                },
            }
        }
        let mut not_listed = |field: &str| add_error(&mut errors, field, FieldError::NotListed);
        let date_order = DateOrder::parse(&self.date_order).unwrap_or_else(|| {
            not_listed("dateOrder");
            DateOrder::default()
        });
        let decimal_separator = DecimalSeparator::parse(&self.decimal_separator).unwrap_or_else(|| {
            not_listed("decimalSeparator");
            DecimalSeparator::default()
        });
        let currency = Currency::parse(&self.default_currency).unwrap_or_else(|| {
            not_listed("defaultCurrency");
            Currency::default()
        });
        let mapping = ColumnMapping { columns, date_order, decimal_separator, currency, ..ColumnMapping::default() };
        if let Err(found) = mapping.validate(width) {
            for (field, sentence) in found {
                errors.entry(field).or_insert(sentence);
            }
        }
        if errors.is_empty() { Ok(mapping) } else { Err(errors) }
    }

    fn field(&self, column: StatementColumn) -> &str {
        match column {
            StatementColumn::Date => &self.date,
            StatementColumn::Kind => &self.kind,
            StatementColumn::Net => &self.net,
            StatementColumn::Gross => &self.gross,
            StatementColumn::Fee => &self.fee,
            StatementColumn::Currency => &self.currency,
            StatementColumn::Description => &self.description,
            StatementColumn::Reference => &self.reference,
            StatementColumn::Payer => &self.payer,
            StatementColumn::Status => &self.status,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> MappingInput {
        let [date, net, date_order, decimal_separator, default_currency] = ["0", "2", "dayFirst", "comma", "eur"].map(ToOwned::to_owned);
        MappingInput { date, net, date_order, decimal_separator, default_currency, ..MappingInput::default() }
    }

    #[test]
    fn parse_of_valid_form_returns_mapping() {
        let mapping = input().parse(3).expect("valid");
        assert_eq!(mapping.columns, BTreeMap::from([(StatementColumn::Date, 0), (StatementColumn::Net, 2)]));
        assert_eq!(
            (mapping.date_order, mapping.decimal_separator, mapping.currency),
            (DateOrder::DayFirst, DecimalSeparator::Comma, Currency::Eur)
        );
        let json = serde_json::to_value(&mapping).expect("JSON");
        assert_eq!(serde_json::from_value::<ColumnMapping>(json).expect("deserializes"), mapping, "survives a round trip through JSON");
    }

    #[test]
    fn parse_of_invalid_mapping_names_the_fields() {
        let fields = |input: MappingInput, width| input.parse(width).expect_err("not valid").into_keys().collect::<Vec<_>>();
        assert_eq!(fields(MappingInput::default(), 3), ["date", "dateOrder", "decimalSeparator", "defaultCurrency", "net"]);
        assert_eq!(fields(input(), 2), ["net"], "the index is out of range");
        assert_eq!(fields(MappingInput { kind: "0".to_owned(), ..input() }, 3), ["kind"], "the index is already taken");
        assert_eq!(fields(MappingInput { fee: "-1".to_owned(), ..input() }, 3), ["fee"]);
    }
}
