//! Inference of the column mapping and the delimiter of a statement.

use std::collections::BTreeSet;

use super::{
    ColumnMapping, DateOrder, DateOrderCounts, DecimalSeparator, FileFacts, StatementColumn, amount,
    date::{is_date, parse_zone},
};
use crate::{money::Currency, string_enum::StringEnum};

/// Usual names of a column, most specific first, in lower case and without spaces, punctuation and what stands in parentheses: a unit, as in
/// "Created (UTC)" or "Net ($)".
const fn names(column: StatementColumn) -> &'static [&'static str] {
    match column {
        StatementColumn::Date => &[
            "date",
            "datetime",
            "dateandtime",
            "created",
            "createdat",
            "transactiondate",
            "paymentdate",
            "orderdate",
            "time",
            "timestamp",
            "day",
            "datum",
            "fecha",
            "data",
        ],
        StatementColumn::Kind => &["type", "transactiontype", "kind", "category", "reportingcategory", "typ", "tipo"],
        StatementColumn::Net => &[
            "net",
            "netamount",
            "netusd",
            "netearnings",
            "nettotal",
            "earnings",
            "creatorearnings",
            "youreceive",
            "youreceived",
            "youearned",
            "received",
            "amountreceived",
            "payout",
            "netto",
            "neto",
        ],
        StatementColumn::Gross => &[
            "gross",
            "grossamount",
            "amount",
            "total",
            "price",
            "sum",
            "saleprice",
            "estimatedrevenue",
            "revenue",
            "brutto",
            "betrag",
            "montant",
            "importe",
        ],
        StatementColumn::Fee => &["fee", "platformfee", "fees", "commission", "onlyfansfee", "gumroadfees", "processingfee", "servicefee"],
        StatementColumn::Currency => &["currency", "currencycode", "währung", "devise", "moneda"],
        StatementColumn::Description => &["description", "details", "note", "memo", "message", "itemname"],
        StatementColumn::Reference => &["transactionid", "txnid", "id", "reference", "messageid", "postid", "streamid", "purchaseid"],
        StatementColumn::Payer => &["username", "user", "fan", "from", "customer", "displayname", "buyername", "supporter", "name"],
        StatementColumn::Status => &["status", "state", "paymentstatus"],
    }
}

/// Infers the column mapping of a statement from its header and its first rows. `currency` is the default currency.
pub fn infer_mapping(header: &[String], rows: &[Vec<String>], currency: Currency) -> ColumnMapping {
    let names_of: Vec<String> = header.iter().map(|name| plain(name)).collect();
    let mut mapping = ColumnMapping { currency, ..ColumnMapping::default() };
    for column in StatementColumn::ALL {
        let is_free = |index: &usize| !mapping.columns.values().any(|taken| taken == index);
        let found = names(*column).iter().find_map(|name| names_of.iter().position(|known| known == name).filter(is_free));
        // Dates of another time zone would be read as UTC.
        let is_local =
            |index: &usize| unit(&header[*index]).and_then(|unit| parse_zone(&unit)).is_some_and(|zone| zone.local_minus_utc() != 0);
        if let Some(index) = found.filter(|index| *column != StatementColumn::Date || !is_local(index)) {
            mapping.columns.insert(*column, index);
        }
    }
    let amount_columns = [StatementColumn::Net, StatementColumn::Gross];
    let mut units = amount_columns.iter().filter_map(|column| unit(&header[*mapping.columns.get(column)?]));
    if let Some(said) = units.find_map(|unit| amount::currency_named(&unit.to_uppercase())) {
        mapping.currency = meant(said, currency);
    }
    mapping.read_notation(rows);
    mapping
}

impl ColumnMapping {
    /// Reads from the first rows how dates and amounts are written and in which currency; keeps what they do not say.
    pub fn read_notation(&mut self, rows: &[Vec<String>]) {
        let (order, separator, currency) = notation(self, rows);
        self.date_order = order.unwrap_or(self.date_order);
        self.decimal_separator = separator.unwrap_or(self.decimal_separator);
        self.currency = currency.unwrap_or(self.currency);
        self.read_facts(rows);
    }

    /// Reads from the first rows what the file as a whole says.
    pub fn read_facts(&mut self, rows: &[Vec<String>]) {
        let mut facts = FileFacts::default();
        for row in rows {
            self.observe(&row.iter().map(String::as_str).collect::<Vec<_>>(), &mut facts);
        }
        self.facts = facts;
    }
}

fn notation(mapping: &ColumnMapping, rows: &[Vec<String>]) -> (Option<DateOrder>, Option<DecimalSeparator>, Option<Currency>) {
    let cells = |column| {
        let index = mapping.columns.get(&column).copied();
        rows.iter().filter_map(move |row| row.get(index?)).map(|cell| cell.trim())
    };
    let mut orders = DateOrderCounts::default();
    cells(StatementColumn::Date).for_each(|cell| orders.count(cell));
    let amounts = || cells(StatementColumn::Net).chain(cells(StatementColumn::Gross));
    let decimals_after =
        |cell: &str, separator: char| cell.rsplit_once(separator).map(|(_, cents)| cents.bytes().take_while(u8::is_ascii_digit).count());
    let has_cents = |separator| amounts().any(|cell| decimals_after(cell, separator).is_some_and(|count| (1..=2).contains(&count)));
    // Who writes dates with dots writes thousands with dots, too.
    let has_dotted_thousands =
        || cells(StatementColumn::Date).any(is_dotted) && amounts().any(|cell| decimals_after(cell, '.') == Some(3)) && !has_cents('.');
    let separator = if has_cents(',') || has_dotted_thousands() {
        Some(DecimalSeparator::Comma)
    } else {
        has_cents('.').then_some(DecimalSeparator::Point)
    };
    (orders.inferred(), separator, amounts().find_map(amount::currencies_in).map(|said| meant(said, mapping.currency)))
}

/// Returns the currency that is meant: the usual one if it is among them, as `$` is USD, CAD or AUD; otherwise the only one, or the US dollar.
fn meant(said: &[Currency], usual: Currency) -> Currency {
    match said {
        _ if said.contains(&usual) => usual,
        [only] => *only,
        _ if said.contains(&Currency::Usd) => Currency::Usd,
        _ => usual,
    }
}

/// Returns what stands in parentheses in the name of a column, in lower case.
fn unit(name: &str) -> Option<String> {
    let (_, unit) = name.split_once('(')?;
    Some(unit.trim_end().trim_end_matches(')').to_lowercase())
}

fn is_dotted(date: &str) -> bool {
    let day = date.trim_start_matches(|letter: char| letter.is_ascii_digit());
    day.len() < date.len() && day.starts_with('.')
}

/// Whether a column holds ids of transactions, by its name; the ids of messages or posts are no such ids.
pub fn is_transaction_id(name: &str) -> bool {
    matches!(plain(name).as_str(), "transactionid" | "transaction" | "txnid" | "id")
}

/// Whether the cells of a record name a date and an amount, as a header does. A line of values has a date or a number.
pub fn names_table(cells: &[String]) -> bool {
    let columns = named_columns(cells);
    columns.contains(&StatementColumn::Date) && (columns.contains(&StatementColumn::Net) || columns.contains(&StatementColumn::Gross))
}

/// Whether the cells of a record name something with a date and something with an amount, in whatever words: then it begins a table.
pub fn looks_like_header(cells: &[String]) -> bool {
    const DATES: [&str; 6] = ["date", "datum", "fecha", "created", "day", "time"];
    const AMOUNTS: [&str; 12] =
        ["amount", "net", "gross", "total", "earning", "revenue", "payout", "fee", "price", "betrag", "montant", "importe"];
    let names: Vec<_> = cells.iter().map(|cell| plain(cell)).filter(|name| !name.is_empty()).collect();
    let has = |words: &[&str]| names.iter().any(|name| words.iter().any(|word| name.contains(word)));
    names.len() >= 2 && !cells.iter().any(|cell| is_date(cell)) && has(&DATES) && has(&AMOUNTS)
}

/// Returns the columns that the cells of a record name; none if it has a value.
pub fn named_columns(cells: &[String]) -> BTreeSet<StatementColumn> {
    let is_value = |cell: &String| is_date(cell) || cell.trim().parse::<f64>().is_ok();
    if cells.iter().any(is_value) {
        return BTreeSet::new();
    }

    let named = |cell: &String| {
        let cell = plain(cell);
        StatementColumn::ALL.iter().copied().find(|column| names(*column).contains(&cell.as_str()))
    };
    cells.iter().filter_map(named).collect()
}

fn plain(name: &str) -> String {
    let name = name.split('(').next().unwrap_or_default();
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Detects the delimiter of a table: the candidate that occurs equally often in most of the first lines. A `sep=` line takes precedence.
pub fn detect_delimiter(beginning: &[u8]) -> u8 {
    const LOOKED_AT: usize = 20;
    let lines: Vec<_> = beginning.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).take(LOOKED_AT).collect();
    if let Some([delimiter, ..]) = lines.first().and_then(|line| line.strip_prefix(b"sep=")) {
        return *delimiter;
    }
    let score = |delimiter: &u8| {
        let counts: Vec<_> = lines.iter().map(|line| line.split(|byte| byte == delimiter).count() - 1).collect();
        let agreeing = |count: usize| counts.iter().filter(|other| **other == count).count();
        counts.iter().filter(|count| **count > 0).map(|count| (agreeing(*count), *count)).max().unwrap_or_default()
    };
    // `max_by_key` returns the last of equal elements, so the comma is the default.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(score).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping_of(header: &[&str], row: &[&str]) -> ColumnMapping {
        let owned = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        infer_mapping(&owned(header), &[owned(row)], Currency::Usd)
    }

    #[test]
    fn infer_mapping_uses_header_and_rows() {
        let header =
            ["date", "type", "username", "gross_amount", "platform_fee", "net_amount", "currency", "message_id", "description", "status"];
        let row = ["31/01/2026", "tip", "fan", "10,00", "2,00", "8,00", "EUR", "7", "", "done"];
        let mapping = mapping_of(&header, &row);
        assert_eq!(mapping.columns.len(), 10, "{mapping:?}");
        assert_eq!((mapping.columns[&StatementColumn::Net], mapping.columns[&StatementColumn::Payer]), (5, 2));
        assert_eq!((mapping.date_order, mapping.decimal_separator), (DateOrder::DayFirst, DecimalSeparator::Comma));
        assert_eq!(mapping.validate(header.len()), Ok(()));
    }

    #[test]
    fn infer_mapping_assigns_each_column_once() {
        let mapping = mapping_of(&["Date & Time", "Amount", "Amount"], &["Jan 31, 2026", "$1,234.56", ""]);
        assert_eq!(mapping.columns.into_iter().collect::<Vec<_>>(), [(StatementColumn::Date, 0), (StatementColumn::Gross, 1)]);
        assert_eq!((mapping.decimal_separator, mapping.currency), (DecimalSeparator::Point, Currency::Usd));
        assert_eq!(
            mapping_of(&["Date", "Net"], &["2026-01-31", "8.00 EUR"]).currency,
            Currency::Eur,
            "the currency of the file takes precedence"
        );
    }

    #[test]
    fn units_of_names_set_currency_and_exclude_other_zones() {
        assert_eq!(mapping_of(&["Date", "Net (EUR)"], &["2026-01-31", "8.00"]).currency, Currency::Eur);
        assert_eq!(mapping_of(&["Date", "Net (€)"], &["2026-01-31", "8.00"]).currency, Currency::Eur);
        assert_eq!(mapping_of(&["Date", "Net ($)"], &["2026-01-31", "8.00"]).currency, Currency::Usd);
        assert_eq!(mapping_of(&["Date", "Net"], &["2026-01-31", "120 kr"]).currency, Currency::Usd, "three have a krone");
        assert!(mapping_of(&["Created (UTC)", "Net"], &["2026-01-31", "8.00"]).columns.contains_key(&StatementColumn::Date));
        assert!(!mapping_of(&["Date (PST)", "Net"], &["2026-01-31", "8.00"]).columns.contains_key(&StatementColumn::Date));
    }

    #[test]
    fn detect_delimiter_picks_most_consistent_candidate() {
        assert_eq!(detect_delimiter(b"date;type;net, gross"), b';');
        assert_eq!(detect_delimiter(b"Statement of Ada\n\ndate;net\n1;1,50\n2;1,50, and more, much\n"), b';');
        assert_eq!(detect_delimiter(b"sep=;\na,b;c\n"), b';');
        assert_eq!(detect_delimiter(b"date\ttype"), b'\t');
        assert_eq!(detect_delimiter(b"date"), b',');
    }
}
