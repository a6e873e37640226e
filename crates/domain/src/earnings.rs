//! Money that was earned, and where it is known from: statements and daily totals.

use chrono::{DateTime, NaiveDate, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    account::Secret,
    choice::choices,
    integration::FailureKind,
    money::{Currency, Money},
    statement::{DateOrders, EarningKind, Fault, Mapping},
    validation::FieldErrors,
};

/// So many faults of a statement are shown.
pub const MOST_FAULTS: usize = 100;
/// No day brings more, in major units.
const HIGHEST_DAY: i64 = 10_000_000;

choices! {
    /// How far a statement has come.
    StatementState {
        /// Its file is on its way.
        Arriving = "arriving", "Arriving";
        /// It is here; its owner looks at what it says.
        Uploaded = "uploaded", "Not imported yet";
        /// It waits for its turn.
        Queued = "queued", "Waiting";
        /// Its rows are being stored.
        Importing = "importing", "Importing";
        /// Its rows count.
        Imported = "imported", "Imported";
        /// It could not be imported; none of its rows counts.
        Failed = "failed", "Failed";
    }
}

impl StatementState {
    /// Whether it changes without its owner.
    pub const fn is_moving(self) -> bool {
        matches!(self, Self::Queued | Self::Importing)
    }
}

/// What the rows of a statement come to, with the mapping it has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scan {
    /// All rows below the header that are not empty.
    pub rows: u32,
    /// Those that are money.
    pub entries: u32,
    /// Pay-outs, and what never came about.
    pub left_out: u32,
    /// Those that cannot be read.
    pub faulty: u32,
    /// Entries that are stored already, from another statement.
    pub repeated: u32,
    /// What the entries come to, those that are stored already among them.
    pub totals: Vec<Money>,
    /// The day of the earliest entry.
    pub first_day: Option<NaiveDate>,
    /// The day of the latest entry.
    pub last_day: Option<NaiveDate>,
    /// The first entries.
    pub sample: Vec<SampleEntry>,
    /// The first faults.
    pub faults: Vec<RowFault>,
    /// The first rows as they stand there, cut.
    pub head: Vec<Vec<String>>,
    /// How its dates are written.
    #[serde(default)]
    pub date_orders: DateOrders,
}

impl Scan {
    /// Entries that an import adds.
    pub const fn new_entries(&self) -> u32 {
        self.entries.saturating_sub(self.repeated)
    }
}

/// An entry, as it was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SampleEntry {
    /// The line of the file, from 1.
    pub line: u32,
    /// When.
    pub at: DateTime<Utc>,
    /// What with.
    pub kind: EarningKind,
    /// How much.
    pub amount: Money,
    /// Free text.
    pub description: String,
}

/// A row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowFault {
    /// The line of the file, from 1.
    pub line: u32,
    /// What is wrong.
    #[serde(flatten)]
    pub fault: Fault,
}

/// A statement in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatementSummary {
    /// Ours.
    pub id: Uuid,
    /// As its owner called it.
    pub file_name: String,
    /// How far it has come.
    pub state: StatementState,
    /// When it came here.
    pub uploaded_at: DateTime<Utc>,
    /// When its rows began to count.
    pub imported_at: Option<DateTime<Utc>>,
    /// Rows that were read while it is imported.
    pub progress: u32,
    /// Entries that it added.
    pub added: u32,
    /// What its rows come to.
    pub scan: Scan,
}

/// `GET /api/earnings/statement?id=`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatementView {
    /// What the list says of it.
    #[serde(flatten)]
    pub summary: StatementSummary,
    /// The names of its columns.
    pub header: Vec<String>,
    /// What its columns say.
    pub mapping: Mapping,
    /// The statement that is the same, byte for byte, and was imported before.
    pub same_as: Option<Uuid>,
}

/// `POST /api/earnings/partner`: as a form sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[serde(rename_all = "camelCase", default)]
pub struct PartnerInput {
    /// The partner's name of the account.
    #[garde(custom(is_partner_account))]
    pub account: String,
    /// The creator's own key.
    #[garde(custom(is_partner_key))]
    pub api_key: Secret,
    /// `on`: that the creator has read what may come of it.
    #[garde(custom(is_accepted))]
    pub accepted: String,
}

fn is_partner_account(text: &str, (): &()) -> garde::Result {
    let is_name = (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if is_name { Ok(()) } else { Err(garde::Error::new("Enter the account’s id at the partner, like acct_1234.")) }
}

fn is_partner_key(key: &Secret, (): &()) -> garde::Result {
    let is_key = (1..=256).contains(&key.expose().len()) && key.expose().bytes().all(|byte| byte.is_ascii_graphic());
    if is_key { Ok(()) } else { Err(garde::Error::new("Enter your key.")) }
}

fn is_accepted(text: &str, (): &()) -> garde::Result {
    if text == "on" { Ok(()) } else { Err(garde::Error::new("Confirm that you have read this.")) }
}

/// A partner service that reads earnings, and how that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartnerView {
    /// Whether its answers are made up.
    pub is_sandbox: bool,
    /// What is read, if anything is.
    pub link: Option<PartnerLinkView>,
}

/// An account that a partner reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartnerLinkView {
    /// The partner's name of it.
    pub account: String,
    /// When it was last read.
    pub last_ok_at: Option<DateTime<Utc>>,
    /// What went wrong since.
    pub problem: Option<FailureKind>,
    /// When it is read next; none while only the creator can mend it.
    pub next_read_at: Option<DateTime<Utc>>,
    /// The days that it covers.
    pub covers: Option<(NaiveDate, NaiveDate)>,
}

/// `GET /api/earnings`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EarningsOverview {
    /// The newest first.
    pub statements: Vec<StatementSummary>,
    /// The newest day first.
    pub daily_totals: Vec<DailyTotal>,
    /// The creator's.
    pub currency: Currency,
    /// None where it is not offered.
    pub partner: Option<PartnerView>,
}

/// What a creator says a day came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DailyTotal {
    /// UTC.
    pub day: NaiveDate,
    /// How much.
    pub amount: Money,
    /// Whether a statement or the partner covers the day, whose rows count instead.
    pub is_covered: bool,
    /// When it was entered.
    pub entered_at: DateTime<Utc>,
}

/// `POST /api/earnings/days`: as a form sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[serde(rename_all = "camelCase", default)]
pub struct DailyTotalInput {
    /// `2026-01-31`
    #[garde(custom(is_day))]
    pub day: String,
    /// As typed, in major units.
    #[garde(skip)]
    pub amount: String,
    /// ISO 4217.
    #[garde(skip)]
    pub currency: String,
}

fn is_day(text: &str, (): &()) -> garde::Result {
    let day: Option<NaiveDate> = text.parse().ok();
    day.filter(|day| *day >= NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default())
        .map(|_| ())
        .ok_or_else(|| garde::Error::new("Choose a day."))
}

impl DailyTotalInput {
    /// Reads and checks it.
    ///
    /// # Errors
    /// A sentence for each field that is not understood.
    pub fn parse(&self) -> Result<(NaiveDate, Money), FieldErrors> {
        let mut errors = super::validation::check(self).err().unwrap_or_default();
        let currency = Currency::parse(&self.currency).unwrap_or_else(|| {
            errors.insert("currency".to_owned(), "Choose a currency of the list.".to_owned());
            Currency::default()
        });
        let typed = self.amount.trim();
        let (digits, sign) = typed.strip_prefix('-').map_or((typed, 1), |digits| (digits, -1));
        let highest = currency.parse_minor(&HIGHEST_DAY.to_string()).unwrap_or_default();
        let minor = currency.parse_minor(digits).filter(|minor| *minor <= highest).map(|minor| minor * sign);
        if minor.is_none() {
            errors.insert("amount".to_owned(), "Enter an amount, like 120.50; below 0 where more was given back.".to_owned());
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
    fn a_daily_total_is_read_as_typed() {
        let money = Money { minor: -120_050, currency: Currency::Usd };
        let day = NaiveDate::from_ymd_opt(2026, 1, 31).expect("a day");
        assert_eq!(input("2026-01-31", "-1,200.50", "usd").parse(), Ok((day, money)));
        assert_eq!(money.to_string(), "-1,200.50 USD");
        assert_eq!(Money { minor: 1500, currency: Currency::Jpy }.to_string(), "1,500 JPY");
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let errors = input("31.1.", "lots", "BTC").parse().expect_err("nothing is right");
        assert_eq!(errors.into_keys().collect::<Vec<_>>(), ["amount", "currency", "day"]);
        assert!(input("2026-01-31", "10000000.01", "USD").parse().is_err(), "too much");
        assert!(input("1999-01-01", "1", "USD").parse().is_err(), "too long ago");
    }
}
