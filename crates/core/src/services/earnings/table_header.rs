//! Header of a statement: which of its first records names the columns, and which layout it has.

use huntaze_domain::earnings::{
    StatementFileError,
    statement::{MAX_COLUMNS, is_date, looks_like_header, named_columns, names_table},
};

use super::{
    EarningsError, header_hash,
    row_stream::{cells_of, reader, records_of},
};
use crate::{Core, db::earnings::statements::Statement};

/// Maximum length of a column name in characters.
const MAX_COLUMN_NAME_CHARS: usize = 100;
/// Number of records at the beginning of a file among which the header is.
const MAX_PREAMBLE: usize = 50;
/// Number of rows that the mapping is inferred from.
const SAMPLE_ROWS: usize = 40;

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

    /// Reads the first rows of the table of a statement again. Its file is there until it is imported.
    pub async fn of(core: &Core, statement: &Statement) -> Result<Self, EarningsError> {
        let (header, preamble_records) = (statement.header.clone(), statement.preamble_records);
        Ok(Self { header, preamble_records, rows: records_of(&core.db, statement, (preamble_records, SAMPLE_ROWS)).await? })
    }

    /// Reads the table of the file of a statement whose header stands below `record` records; `None` if no header stands there.
    pub async fn at(core: &Core, statement: &Statement, record: u32) -> Result<Option<Self>, EarningsError> {
        let records = records_of(&core.db, statement, (record, 1 + SAMPLE_ROWS)).await?;
        let Some((names, rows)) = records.split_first().filter(|(names, _)| looks_like_header(names) && names.len() <= MAX_COLUMNS) else {
            return Ok(None);
        };
        Ok(Some(Self { header: names_of(names), preamble_records: record + 1, rows: rows.to_vec() }))
    }
}

/// Returns the names of columns as they are stored.
pub(super) fn names_of(cells: &[String]) -> Vec<String> {
    cells.iter().map(|name| name.trim_start_matches('\u{feff}').trim().chars().take(MAX_COLUMN_NAME_CHARS).collect()).collect()
}

/// Detects the header of a table: the first record with the usual names of columns; if there is none, the first record with the most frequent number of
/// columns. Empty cells at the end of a record do not count.
///
/// # Errors
/// Returns [`EarningsError::InvalidFile`] if the file is not a table with columns.
pub(super) fn detect_header(beginning: &[u8], delimiter: u8) -> Result<DetectedHeader, EarningsError> {
    let records = reader(beginning, delimiter).into_byte_records().filter_map(Result::ok).take(MAX_PREAMBLE + SAMPLE_ROWS);
    let records: Vec<_> = records.map(|record| without_empty_end(cells_of(&record))).collect();
    let searched = &records[..records.len().min(MAX_PREAMBLE)];
    let (first, width) = find_named_header(searched).unwrap_or_else(|| find_regular_rows(searched));
    if !(2..=MAX_COLUMNS).contains(&width) {
        return Err(EarningsError::InvalidFile(StatementFileError::NoColumns));
    }
    let (names, rows) = records[first..].split_first().unwrap_or((&records[0], &[]));
    // A first record that contains a date is a row, not a header.
    let (header, preamble_records, rows) = if names.iter().any(|name| is_date(name)) {
        (vec![String::new(); width], first, &records[first..])
    } else {
        (names_of(names), first + 1, rows)
    };
    Ok(DetectedHeader {
        header,
        preamble_records: u32::try_from(preamble_records).unwrap_or_default(),
        rows: rows.iter().take(SAMPLE_ROWS).cloned().collect(),
    })
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

/// Returns the index and the width of the first record that names a date and an amount, or else of the one with the most usual names, at least two.
fn find_named_header(records: &[Vec<String>]) -> Option<(usize, usize)> {
    let first = records.iter().position(|record| names_table(record)).or_else(|| {
        let named: Vec<_> = records.iter().map(|record| named_columns(record).len()).collect();
        let most = named.iter().copied().max().filter(|most| *most >= 2)?;
        named.iter().position(|count| *count == most)
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

pub(super) fn without_empty_end(mut cells: Vec<String>) -> Vec<String> {
    let used = cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1);
    cells.truncate(used);
    cells
}
