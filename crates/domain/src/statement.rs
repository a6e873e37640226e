//! How a statement of earnings is read: a table of any layout, whose columns its owner names.

mod amount;
mod date;
mod guess;
mod row;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    choice::{Choice, choices},
    money::Currency,
    validation::FieldErrors,
};

pub use amount::DecimalSign;
pub use date::{DateOrder, DateOrders, is_date};
pub use guess::{guess, guess_delimiter};
pub use row::{Entry, Fault, FaultKind, Reading, never_came_about, read};

/// No statement has more columns.
pub const MOST_COLUMNS: usize = 100;
/// No statement has more rows.
pub const MOST_ROWS: u32 = 200_000;
/// Bytes; no statement is larger.
pub const MOST_BYTES: u64 = 32 * 1024 * 1024;

choices! {
    /// What a column of a statement says.
    Column {
        /// When it was earned.
        Date = "date", "Date";
        /// What for: a word of the platform's.
        Kind = "kind", "Type";
        /// What the creator gets.
        Net = "net", "Net amount (what you get)";
        /// What the fan paid.
        Gross = "gross", "Gross amount (what the fan paid)";
        /// What the platform keeps.
        Fee = "fee", "Platform fee";
        /// The money's.
        Currency = "currency", "Currency";
        /// Free text.
        Description = "description", "Description";
        /// The platform's own number of the transaction, or of what it is for.
        Reference = "reference", "Reference (an id)";
        /// Who paid.
        Payer = "payer", "Fan";
        /// Whether it came about.
        Status = "status", "Status";
    }
}

choices! {
    /// What money was earned with.
    EarningKind {
        /// A first month.
        Subscription = "subscription", "Subscription";
        /// A further month.
        Renewal = "renewal", "Renewal";
        /// A gift.
        Tip = "tip", "Tip";
        /// A paid message.
        Message = "message", "Message";
        /// A paid post.
        Post = "post", "Post";
        /// A broadcast.
        Stream = "stream", "Stream";
        /// For bringing somebody.
        Referral = "referral", "Referral";
        /// Given back.
        Refund = "refund", "Refund";
        /// Taken back by a bank.
        Chargeback = "chargeback", "Chargeback";
        /// Anything else.
        Other = "other", "Other";
    }
}

impl EarningKind {
    /// What a platform's word means, or a sentence about a payment; `None` is a pay-out of what was earned before.
    pub fn of_word(word: &str) -> Option<Self> {
        row::kind_of(word)
    }

    /// Whether it takes away, whatever sign its file gives it.
    pub const fn is_negative(self) -> bool {
        matches!(self, Self::Refund | Self::Chargeback)
    }
}

/// Which column says what, and how its texts are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mapping {
    /// Counted from 0; what is not there is in no column.
    pub columns: BTreeMap<Column, usize>,
    /// Of dates like `01/02/2026`.
    pub date_order: DateOrder,
    /// Of amounts.
    pub decimal_sign: DecimalSign,
    /// Where no column says so.
    pub currency: Currency,
}

impl Mapping {
    /// What must be right before a statement can be read.
    ///
    /// # Errors
    /// A sentence for each field: the word of a [`Column`].
    pub fn check(&self, width: usize) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::new();
        if !self.columns.contains_key(&Column::Date) {
            errors.insert(Column::Date.as_str().to_owned(), "Choose the column with the date.".to_owned());
        }
        if !self.columns.contains_key(&Column::Net) && !self.columns.contains_key(&Column::Gross) {
            errors.insert(Column::Net.as_str().to_owned(), "Choose a column with an amount: net, gross or both.".to_owned());
        }
        for (column, index) in &self.columns {
            if *index >= width {
                errors.insert(column.as_str().to_owned(), "The file has no such column.".to_owned());
            } else if self.columns.iter().any(|(other, same)| same == index && other < column) {
                errors.insert(column.as_str().to_owned(), "This column is chosen twice.".to_owned());
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// What an amount of the statement is.
    pub fn basis(&self) -> &'static str {
        let has = |column| self.columns.contains_key(&column);
        match (has(Column::Net), has(Column::Fee)) {
            (true, _) => "Net amounts are counted.",
            (false, true) => "Gross amounts less the platform's fee are counted.",
            (false, false) => "Gross amounts are counted: the file names no fee.",
        }
    }

    /// Counts how the date of a row is written.
    pub fn count_order(&self, cells: &[String], orders: &mut DateOrders) {
        if let Some(cell) = self.columns.get(&Column::Date).and_then(|index| cells.get(*index)) {
            orders.count(cell);
        }
    }

    fn cell<'a>(&self, cells: &[&'a str], column: Column) -> &'a str {
        self.columns.get(&column).and_then(|index| cells.get(*index)).map_or("", |cell| cell.trim())
    }
}

/// `POST /api/earnings/statements/mapping`: as a form sends it. Columns are numbers counted from 0, or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MappingInput {
    /// The statement.
    pub id: String,
    /// See [`Column::Date`].
    pub date: String,
    /// See [`Column::Kind`].
    pub kind: String,
    /// See [`Column::Net`].
    pub net: String,
    /// See [`Column::Gross`].
    pub gross: String,
    /// See [`Column::Fee`].
    pub fee: String,
    /// See [`Column::Currency`].
    pub currency: String,
    /// See [`Column::Description`].
    pub description: String,
    /// See [`Column::Reference`].
    pub reference: String,
    /// See [`Column::Payer`].
    pub payer: String,
    /// See [`Column::Status`].
    pub status: String,
    /// A word of [`DateOrder`].
    pub date_order: String,
    /// A word of [`DecimalSign`].
    pub decimal_sign: String,
    /// ISO 4217, where no column says so.
    pub default_currency: String,
}

impl MappingInput {
    /// Reads and checks it.
    ///
    /// # Errors
    /// A sentence for each field that is not understood.
    pub fn parse(&self, width: usize) -> Result<Mapping, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut columns = BTreeMap::new();
        for column in Column::ALL {
            match self.field(*column) {
                "" => {}
                number => match number.parse() {
                    Ok(index) => drop(columns.insert(*column, index)),
                    Err(_) => drop(errors.insert(column.as_str().to_owned(), "Choose from the list.".to_owned())),
                },
            }
        }
        let mut not_listed = |field: &str| drop(errors.insert(field.to_owned(), "Choose from the list.".to_owned()));
        let date_order = DateOrder::parse(&self.date_order).unwrap_or_else(|| {
            not_listed("dateOrder");
            DateOrder::default()
        });
        let decimal_sign = DecimalSign::parse(&self.decimal_sign).unwrap_or_else(|| {
            not_listed("decimalSign");
            DecimalSign::default()
        });
        let currency = Currency::parse(&self.default_currency).unwrap_or_else(|| {
            not_listed("defaultCurrency");
            Currency::default()
        });
        let mapping = Mapping { columns, date_order, decimal_sign, currency };
        if let Err(found) = mapping.check(width) {
            for (field, sentence) in found {
                errors.entry(field).or_insert(sentence);
            }
        }
        if errors.is_empty() { Ok(mapping) } else { Err(errors) }
    }

    fn field(&self, column: Column) -> &str {
        match column {
            Column::Date => &self.date,
            Column::Kind => &self.kind,
            Column::Net => &self.net,
            Column::Gross => &self.gross,
            Column::Fee => &self.fee,
            Column::Currency => &self.currency,
            Column::Description => &self.description,
            Column::Reference => &self.reference,
            Column::Payer => &self.payer,
            Column::Status => &self.status,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> MappingInput {
        let [date, net, date_order, decimal_sign, default_currency] = ["0", "2", "dayFirst", "comma", "eur"].map(ToOwned::to_owned);
        MappingInput { date, net, date_order, decimal_sign, default_currency, ..MappingInput::default() }
    }

    #[test]
    fn a_mapping_is_read_as_a_form_sends_it() {
        let mapping = input().parse(3).expect("valid");
        assert_eq!(mapping.columns, BTreeMap::from([(Column::Date, 0), (Column::Net, 2)]));
        assert_eq!((mapping.date_order, mapping.decimal_sign, mapping.currency), (DateOrder::DayFirst, DecimalSign::Comma, Currency::Eur));
        let json = serde_json::to_value(&mapping).expect("JSON");
        assert_eq!(serde_json::from_value::<Mapping>(json).expect("the same"), mapping, "it is stored as JSON");
    }

    #[test]
    fn what_cannot_be_is_named() {
        let fields = |input: MappingInput, width| input.parse(width).expect_err("not valid").into_keys().collect::<Vec<_>>();
        assert_eq!(fields(MappingInput::default(), 3), ["date", "dateOrder", "decimalSign", "defaultCurrency", "net"]);
        assert_eq!(fields(input(), 2), ["net"], "no such column");
        assert_eq!(fields(MappingInput { kind: "0".to_owned(), ..input() }, 3), ["kind"], "chosen twice");
        assert_eq!(fields(MappingInput { fee: "-1".to_owned(), ..input() }, 3), ["fee"]);
    }
}
