use super::{Column, DecimalSign, Mapping, date};
use crate::domain::{choice::Choice, money::Currency};

/// Names that columns have, the surest first; compared without case, spaces and signs.
const fn names(column: Column) -> &'static [&'static str] {
    match column {
        Column::Date => &["date", "datetime", "createdat", "transactiondate", "dateandtime", "time", "day"],
        Column::Kind => &["type", "transactiontype", "kind", "category"],
        Column::Net => &["net", "netamount", "netusd", "earnings", "netearnings", "youreceive", "payout"],
        Column::Gross => &["gross", "grossamount", "amount", "total", "price", "sum"],
        Column::Fee => &["fee", "platformfee", "fees", "commission", "onlyfansfee"],
        Column::Currency => &["currency", "currencycode"],
        Column::Description => &["description", "details", "note", "memo"],
        Column::Reference => &["transactionid", "id", "reference", "messageid", "postid", "streamid"],
        Column::Payer => &["username", "user", "fan", "from", "customer", "displayname"],
        Column::Status => &["status", "state"],
    }
}

/// What the columns of a statement probably say, from their names and the first rows.
pub fn guess(header: &[String], rows: &[Vec<String>], currency: Currency) -> Mapping {
    let header: Vec<String> = header.iter().map(|name| plain(name)).collect();
    let mut mapping = Mapping { currency, ..Mapping::default() };
    for column in Column::ALL {
        let is_free = |index: &usize| !mapping.columns.values().any(|taken| taken == index);
        let found = names(*column).iter().find_map(|name| header.iter().position(|known| known == name).filter(is_free));
        if let Some(index) = found {
            mapping.columns.insert(*column, index);
        }
    }
    let cells = |column| {
        let index = mapping.columns.get(&column).copied();
        rows.iter().filter_map(move |row| row.get(index?)).map(|cell| cell.trim())
    };
    mapping.date_order = date::order_of(cells(Column::Date)).unwrap_or_default();
    let has_comma = |cell: &str| cell.rsplit_once(',').is_some_and(|(_, cents)| cents.bytes().take_while(u8::is_ascii_digit).count() == 2);
    if cells(Column::Net).chain(cells(Column::Gross)).any(has_comma) {
        mapping.decimal_sign = DecimalSign::Comma;
    }
    mapping
}

fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What stands between the columns of a table: what is most frequent in its first line.
pub fn guess_delimiter(first_line: &[u8]) -> u8 {
    let count = |delimiter: &u8| first_line.split(|byte| byte == delimiter).count();
    // The last of equals wins, so the comma comes last.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::statement::DateOrder;

    fn mapping_of(header: &[&str], row: &[&str]) -> Mapping {
        let owned = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        guess(&owned(header), &[owned(row)], Currency::Usd)
    }

    #[test]
    fn names_and_rows_tell_what_a_column_is() {
        let header =
            ["date", "type", "username", "gross_amount", "platform_fee", "net_amount", "currency", "message_id", "description", "status"];
        let row = ["31/01/2026", "tip", "fan", "10,00", "2,00", "8,00", "EUR", "7", "", "done"];
        let mapping = mapping_of(&header, &row);
        assert_eq!(mapping.columns.len(), 10, "{mapping:?}");
        assert_eq!((mapping.columns[&Column::Net], mapping.columns[&Column::Payer]), (5, 2));
        assert_eq!((mapping.date_order, mapping.decimal_sign), (DateOrder::DayFirst, DecimalSign::Comma));
        assert_eq!(mapping.check(header.len()), Ok(()));
    }

    #[test]
    fn a_column_is_guessed_once() {
        let mapping = mapping_of(&["Date & Time", "Amount", "Amount"], &["Jan 31, 2026", "$1,234.56", ""]);
        assert_eq!(mapping.columns.into_iter().collect::<Vec<_>>(), [(Column::Date, 0), (Column::Gross, 1)]);
        assert_eq!(mapping.decimal_sign, DecimalSign::Point);
    }

    #[test]
    fn the_most_frequent_sign_stands_between_columns() {
        assert_eq!(guess_delimiter(b"date;type;net, gross"), b';');
        assert_eq!(guess_delimiter(b"date\ttype"), b'\t');
        assert_eq!(guess_delimiter(b"date"), b',');
    }
}
