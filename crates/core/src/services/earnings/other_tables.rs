//! Where a table of a file ends: the records that begin another one.

use huntaze_domain::earnings::statement::{MAX_COLUMNS, Meaning, is_date, looks_like_header, meaning_of};

use super::{
    row_stream::cells_of,
    table_header::{names_of, without_empty_end},
};

/// Whether a record is the header of the table once more, also with a byte order mark or in other case.
pub(super) fn is_header(record: &csv::ByteRecord, header: &[String]) -> bool {
    let is_same = |cell: &[u8], name: &str| {
        let cell = cell.strip_prefix("\u{feff}".as_bytes()).unwrap_or(cell).trim_ascii();
        cell.eq_ignore_ascii_case(name.as_bytes())
    };
    let is_named = header.iter().any(|name| !name.is_empty());
    is_named
        && record.len() >= header.len()
        && record.iter().zip(header).all(|(cell, name)| is_same(cell, name))
        && record.iter().skip(header.len()).all(<[u8]>::is_empty)
}

/// Returns the text of a record with one filled cell, such as the title of a table; empty for others.
pub(super) fn title_in(record: &csv::ByteRecord) -> String {
    let mut filled = record.iter().filter(|cell| !cell.trim_ascii().is_empty());
    match (filled.next(), filled.next()) {
        (Some(title), None) => String::from_utf8_lossy(title).into_owned(),
        _ => String::new(),
    }
}

/// Whether the table below a title has no earnings: payouts, or totals.
pub(super) fn title_names_no_earnings(title: &str) -> bool {
    !title.is_empty() && meaning_of(title) == Meaning::NoEarning
}

/// Whether a record outside of the table has a date and an amount.
pub(super) fn may_be_row(cells: &[String]) -> bool {
    let is_number = |cell: &String| cell.bytes().any(|byte| byte.is_ascii_digit()) && !cell.contains(char::is_alphabetic) && !is_date(cell);
    cells.iter().any(|cell| is_date(cell)) && cells.iter().any(is_number)
}

/// Returns the names of columns in a record that begins another table. Such records have no digits, which tells rows from them quickly.
pub(super) fn other_header(record: &csv::ByteRecord) -> Option<Vec<String>> {
    if record.as_slice().iter().any(u8::is_ascii_digit) || record.len() > 2 * MAX_COLUMNS {
        return None;
    }
    let cells = without_empty_end(cells_of(record));
    looks_like_header(&cells).then(|| names_of(&cells))
}
