//! Header of a statement: which of its first records names the columns, and which layout it has.

use std::collections::BTreeSet;

use huntaze_domain::earnings::{
    StatementFileError,
    statement::{MAX_COLUMNS, StatementColumn, is_date, known_columns},
};

use super::{
    EarningsError, header_hash,
    row_stream::{cells_of, reader},
};

/// Maximum length of a column name in characters.
const MAX_COLUMN_NAME_CHARS: usize = 100;

/// Header and first rows of a table.
pub(super) struct DetectedHeader {
    /// Names of the columns; all empty if the table has no header.
    pub header: Vec<String>,
    /// Number of records before the first row: the header and any preamble.
    pub preamble_records: u32,
    /// First rows, used to infer the mapping.
    pub rows: Vec<Vec<String>>,
}

impl DetectedHeader {
    /// Returns whether the columns have names.
    pub fn has_names(&self) -> bool {
        self.header.iter().any(|name| !name.is_empty())
    }
}

/// Detects the header of a table: the first record with the usual names of columns; if there is none, the first record with the most frequent number of
/// columns. Empty cells at the end of a record do not count.
///
/// # Errors
/// Returns [`EarningsError::InvalidFile`] if the file is not a table with columns.
pub(super) fn detect_header(beginning: &[u8], delimiter: u8) -> Result<DetectedHeader, EarningsError> {
    const LOOKED_AT: usize = 50;
    let records = reader(beginning, delimiter).into_byte_records().filter_map(Result::ok).take(LOOKED_AT);
    let records: Vec<_> = records.map(|record| without_empty_end(cells_of(&record))).collect();
    let (first, width) = find_named_header(&records).unwrap_or_else(|| find_regular_rows(&records));
    if !(2..=MAX_COLUMNS).contains(&width) {
        return Err(EarningsError::InvalidFile(StatementFileError::NoColumns));
    }
    let (names, rows) = records[first..].split_first().unwrap_or((&records[0], &[]));
    let name = |name: &String| name.trim().chars().take(MAX_COLUMN_NAME_CHARS).collect();
    // A first record that contains a date is a row, not a header.
    let (header, preamble_records, rows) = if names.iter().any(|name| is_date(name)) {
        (vec![String::new(); width], first, &records[first..])
    } else {
        (names.iter().map(name).collect(), first + 1, rows)
    };
    Ok(DetectedHeader { header, preamble_records: u32::try_from(preamble_records).unwrap_or_default(), rows: rows.to_vec() })
}

/// Returns a digest of the layout of a table, the key for remembered mappings: the names of its columns, or for a table without names the kinds
/// of their cells.
pub(super) fn layout_hash(table: &DetectedHeader) -> [u8; 32] {
    if table.has_names() {
        return header_hash(&table.header);
    }
    // Sums below a table have no date.
    let rows: Vec<_> = table.rows.iter().filter(|row| row.iter().any(|cell| is_date(cell))).collect();
    let kinds = (0..table.header.len()).map(|index| format!("kind: {}", kind_of_column(&rows, index)));
    header_hash(&kinds.collect::<Vec<_>>())
}

/// The kind that all filled cells of a column have. Notes may be there or not.
fn kind_of_column(rows: &[&Vec<String>], index: usize) -> &'static str {
    let cells = || rows.iter().filter_map(|row| row.get(index)).filter(|cell| !cell.trim().is_empty());
    let is_number = |cell: &String| cell.contains(|letter: char| letter.is_ascii_digit()) && !cell.contains(char::is_alphabetic);
    if cells().next().is_none() {
        "other"
    } else if cells().all(|cell| is_date(cell)) {
        "date"
    } else if cells().all(is_number) {
        "number"
    } else {
        "other"
    }
}

/// Returns the index and the width of the first record that names a date and an amount, or else of the one with the most usual names, at least two. A line
/// of values has a date or a number.
fn find_named_header(records: &[Vec<String>]) -> Option<(usize, usize)> {
    let is_value = |cell: &String| is_date(cell) || cell.trim().parse::<f64>().is_ok();
    let columns = |record: &Vec<String>| if record.iter().any(is_value) { BTreeSet::new() } else { known_columns(record) };
    let named: Vec<_> = records.iter().map(columns).collect();
    let has_amount = |columns: &BTreeSet<_>| columns.contains(&StatementColumn::Net) || columns.contains(&StatementColumn::Gross);
    let first = named.iter().position(|columns| columns.contains(&StatementColumn::Date) && has_amount(columns)).or_else(|| {
        let most = named.iter().map(BTreeSet::len).max().filter(|most| *most >= 2)?;
        named.iter().position(|columns| columns.len() == most)
    })?;
    Some((first, records[first].len()))
}

/// Returns the index of the first record with the most frequent number of columns, and that number.
fn find_regular_rows(records: &[Vec<String>]) -> (usize, usize) {
    let as_wide = |width: usize| records.iter().filter(|record| record.len() == width).count();
    let width = records.iter().map(Vec::len).max_by_key(|width| (as_wide(*width), *width)).unwrap_or_default();
    // Spreadsheets may write a `sep=` line above the header.
    let is_first = |record: &Vec<String>| record.len() == width && record.first().is_some_and(|cell| !cell.starts_with("sep="));
    (records.iter().position(is_first).unwrap_or_default(), width)
}

fn without_empty_end(mut cells: Vec<String>) -> Vec<String> {
    let used = cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1);
    cells.truncate(used);
    cells
}
