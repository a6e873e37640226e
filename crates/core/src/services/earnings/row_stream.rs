//! Streams the rows of a statement from its stored chunks. Only a few chunks and batches of rows are in memory at a time, whatever the size
//! of the file.

use std::{
    collections::{HashMap, HashSet},
    io::{self, Read},
};

use chrono::{DateTime, TimeDelta, Utc};
use huntaze_domain::{
    earnings::{
        OtherTable, StatementFileError,
        statement::{
            ColumnMapping, Entry, MAX_COLUMNS, MAX_ROWS, ParsedRow, RowError, RowErrorKind, StatementColumn, is_transaction_id, parse_row,
        },
    },
    ids::StatementId,
    string_enum::StringEnum,
};
use sqlx::PgPool;
use tokio::{sync::mpsc, task::JoinHandle};
use tracing::Instrument;

use super::{
    EarningsError, header_hash,
    other_tables::{is_header, may_be_row, other_header, title_in, title_names_no_earnings},
    table_header::without_empty_end,
};
use crate::{
    db::{
        self,
        earnings::{Fingerprint, statements::Statement},
    },
    error::InternalError,
    infra::digest::digest,
};

/// Number of rows per batch.
const BATCH: usize = 1000;
/// Maximum size of a row in bytes.
const MAX_ROW_BYTES: usize = 64 * 1024;
/// Maximum number of bytes without a line break; a file with a longer line is rejected.
const MAX_LINE_BYTES: usize = 1024 * 1024;
/// Capacity of the channels for chunks and batches.
const WAITING: usize = 2;

/// A row of a statement.
pub(super) struct Row {
    /// Line of the file on which it begins, counted from 1.
    pub line: u32,
    /// Unparsed cells; empty if the row is too long.
    pub cells: Vec<String>,
    /// The parsed row; `None` if the mapping is incomplete.
    pub parsed: Option<ParsedRow>,
    /// Identifies an entry among all entries of the user; `None` for other rows.
    pub fingerprint: Option<Fingerprint>,
}

/// Rows of a statement.
#[derive(Default)]
pub(super) struct Batch {
    pub rows: Vec<Row>,
    /// Tables that begin among or above the rows, other than that of the statement; each layout once.
    pub other_tables: Vec<OtherTable>,
    /// Number of records with a date that stand outside of the table.
    pub unread_rows: u32,
}

/// Stream of the rows of a statement, in batches.
pub(super) struct RowStream {
    batches: mpsc::Receiver<Batch>,
    parser: JoinHandle<Result<(), EarningsError>>,
}

impl RowStream {
    /// Starts reading. An entry dated more than a day after the upload, which no time zone explains, is a row error.
    pub fn open(db: &PgPool, statement: &Statement) -> Self {
        let latest = statement.summary.uploaded_at + TimeDelta::days(1);
        let chunks = ChunkReader::open(db, statement.summary.id);
        let (send_batch, batches) = mpsc::channel(WAITING);
        let width = statement.header.len();
        let layout = TableLayout {
            delimiter: statement.delimiter,
            preamble_records: statement.preamble_records,
            header: statement.header.clone(),
            mapping: Some(statement.mapping.clone()).filter(|mapping| mapping.validate(width).is_ok()),
            latest,
            source: source_of_ids(statement),
        };
        let parser = tokio::task::spawn_blocking(move || parse(chunks, &layout, |batch| send_batch.blocking_send(batch).is_ok()));
        Self { batches, parser }
    }

    /// Returns the next batch; `None` after the last.
    ///
    /// # Errors
    /// Returns an error if the file cannot be parsed or a database query fails.
    pub async fn next(&mut self) -> Result<Option<Batch>, EarningsError> {
        match self.batches.recv().await {
            Some(batch) => Ok(Some(batch)),
            // The parser has finished; its result says whether it failed.
            None => (&mut self.parser).await?.map(|()| None),
        }
    }
}

async fn send_chunks(db: PgPool, id: StatementId, chunks: mpsc::Sender<io::Result<Vec<u8>>>) {
    for number in 0.. {
        let chunk = match db::earnings::statements::chunk(&db, id, number).await {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => return,
            Err(error) => Err(io::Error::other(error)),
        };
        // Stop if the receiver is gone or reading has failed.
        let is_last = chunk.is_err();
        if chunks.send(chunk).await.is_err() || is_last {
            return;
        }
    }
}

/// Blocking reader over the chunks of a file.
struct ChunkReader {
    waiting: mpsc::Receiver<io::Result<Vec<u8>>>,
    current: Vec<u8>,
    read: usize,
    /// Number of bytes since the last line break.
    in_line: usize,
}

impl ChunkReader {
    /// Starts to load the chunks of a statement.
    fn open(db: &PgPool, id: StatementId) -> Self {
        let (send_chunk, waiting) = mpsc::channel(WAITING);
        tokio::spawn(send_chunks(db.clone(), id, send_chunk).in_current_span());
        Self { waiting, current: Vec::new(), read: 0, in_line: 0 }
    }
}

/// Returns up to `count` records of a statement after the first `skipped`.
///
/// # Errors
/// Returns an error if the file cannot be parsed or a database query fails.
pub(super) async fn records_of(
    db: &PgPool,
    statement: &Statement,
    (skipped, count): (u32, usize),
) -> Result<Vec<Vec<String>>, EarningsError> {
    let (chunks, delimiter) = (ChunkReader::open(db, statement.summary.id), statement.delimiter);
    let read = tokio::task::spawn_blocking(move || {
        let records = reader(chunks, delimiter).into_byte_records().skip(usize::try_from(skipped).unwrap_or(usize::MAX)).take(count);
        records.map(|record| record.map(|record| without_empty_end(cells_of(&record)))).collect::<Result<_, _>>()
    });
    read.await?.map_err(invalid_csv)
}

impl Read for ChunkReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read == self.current.len() {
            let Some(chunk) = self.waiting.blocking_recv() else { return Ok(0) };
            (self.current, self.read) = (chunk?, 0);
            self.in_line = match self.current.iter().rposition(|byte| *byte == b'\n') {
                Some(end) => self.current.len() - end,
                None => self.in_line + self.current.len(),
            };
            if self.in_line > MAX_LINE_BYTES {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        let length = buffer.len().min(self.current.len() - self.read);
        buffer[..length].copy_from_slice(&self.current[self.read..self.read + length]);
        self.read += length;
        Ok(length)
    }
}

pub(super) fn reader<R: Read>(source: R, delimiter: u8) -> csv::Reader<R> {
    csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(source)
}

/// Decodes the cells of a record. Cells that are not UTF-8 are read as Windows-1252, which spreadsheets write.
pub(super) fn cells_of(record: &csv::ByteRecord) -> Vec<String> {
    let text = |cell: &[u8]| match std::str::from_utf8(cell) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(cell).0.into_owned(),
    };
    // PostgreSQL cannot store NUL in `text`.
    record.iter().map(|cell| text(cell).replace('\0', "")).collect()
}

/// Parameters for parsing a table.
struct TableLayout {
    delimiter: u8,
    preamble_records: u32,
    /// Names of the columns; all empty if the table has no header.
    header: Vec<String>,
    mapping: Option<ColumnMapping>,
    latest: DateTime<Utc>,
    /// What the ids of transactions belong to; `None` if the table has none.
    source: Option<[u8; 32]>,
}

/// Returns the digest of the names of the columns, if the reference of a row is the id of its transaction.
fn source_of_ids(statement: &Statement) -> Option<[u8; 32]> {
    let index = statement.mapping.columns.get(&StatementColumn::Reference)?;
    statement.header.get(*index).filter(|name| is_transaction_id(name)).map(|_| header_hash(&statement.header))
}

/// Parses a table and passes its rows to `hand_over` in batches, until that returns `false`. The table ends where another one begins, and goes on where its
/// header stands once more, as in files that were put together.
///
/// # Errors
/// Returns an error if the file has too many rows or cannot be parsed.
fn parse(source: impl Read, layout: &TableLayout, mut hand_over: impl FnMut(Batch) -> bool) -> Result<(), EarningsError> {
    let mut reader = reader(source, layout.delimiter);
    let mut record = csv::ByteRecord::new();
    let mut seen = HashMap::new();
    let mut batch = Batch::default();
    let (mut records, mut rows, mut lines) = (0, 0, LineCounter { before: 1, is_late: None });
    let (mut others, mut title) = (HashSet::new(), String::new());
    let mut is_in_table = layout.preamble_records == 0;
    loop {
        if !reader.read_byte_record(&mut record).map_err(invalid_csv)? {
            break;
        }
        let inside = line_ends(record.as_slice());
        let line = lines.line_of(reader.position().line(), inside);
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        records += 1;
        let is_own = records == layout.preamble_records || is_header(&record, &layout.header) && !title_names_no_earnings(&title);
        if is_own {
            is_in_table = true;
            continue;
        }
        if let Some(names) = other_header(&record) {
            is_in_table = false;
            if others.insert(names) {
                batch.other_tables.push(OtherTable { line, record: records - 1 });
            }
            title = String::new();
            continue;
        }
        title = title_in(&record);
        if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
            continue;
        }
        if !is_in_table {
            batch.unread_rows += u32::from(may_be_row(&cells_of(&record)));
            continue;
        }
        rows += 1;
        if rows > MAX_ROWS {
            return Err(EarningsError::InvalidFile(StatementFileError::TooManyRows));
        }
        batch.rows.push(row((line, inside), &record, layout, &mut seen));
        if batch.rows.len() == BATCH && !hand_over(std::mem::take(&mut batch)) {
            return Ok(());
        }
    }
    hand_over(batch);
    Ok(())
}

/// Computes the line on which a record begins, blank lines included. The CSV parser counts a line end with the record before it, or with the one
/// after it.
struct LineCounter {
    before: u64,
    is_late: Option<bool>,
}

impl LineCounter {
    /// Returns the line of a record that has `inside` line breaks in it; `after` is the parser's line after the record.
    fn line_of(&mut self, after: u64, inside: u64) -> u64 {
        let is_late = *self.is_late.get_or_insert(after == inside + 1);
        let line = if is_late { after - inside } else { self.before + (after - self.before).saturating_sub(inside + 1) };
        self.before = after;
        line
    }
}

fn line_ends(bytes: &[u8]) -> u64 {
    bytes.split(|byte| *byte == b'\n').skip(1).map(|_| 1).sum()
}

fn invalid_csv(error: csv::Error) -> EarningsError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            EarningsError::InvalidFile(StatementFileError::LineTooLong)
        }
        csv::ErrorKind::Io(error) => EarningsError::Internal(InternalError::new(error)),
        _ => EarningsError::InvalidFile(StatementFileError::NoColumns),
    }
}

/// `inside` is the number of line breaks in the record.
fn row((line, inside): (u32, u64), record: &csv::ByteRecord, layout: &TableLayout, seen: &mut HashMap<Fingerprint, u32>) -> Row {
    if record.as_slice().len() > MAX_ROW_BYTES || record.len() > 2 * MAX_COLUMNS {
        let error = RowError { kind: RowErrorKind::RowTooLong, cell: String::new(), day: None };
        return Row { line, cells: Vec::new(), parsed: Some(ParsedRow::Invalid(error)), fingerprint: None };
    }
    let cells = cells_of(record);
    if inside > 0 && swallows_rows(&cells, layout) {
        let lines = format!("lines {line} to {}", u64::from(line) + inside);
        let error = RowError { kind: RowErrorKind::UnclosedQuote, cell: lines, day: None };
        return Row { line, cells: Vec::new(), parsed: Some(ParsedRow::Invalid(error)), fingerprint: None };
    }
    let texts: Vec<&str> = cells.iter().map(String::as_str).collect();
    let parsed = layout.mapping.as_ref().map(|mapping| parse_row(mapping, layout.header.len(), &texts, layout.latest));
    let fingerprint = parsed.as_ref().and_then(ParsedRow::entry).map(|entry| fingerprint(entry, layout.source, seen));
    Row { line, cells, parsed, fingerprint }
}

/// Whether a cell of several lines contains rows that parse by themselves: then a quotation mark is not closed where it should be.
fn swallows_rows(cells: &[String], layout: &TableLayout) -> bool {
    let Some(mapping) = &layout.mapping else { return false };
    let split = |line: &'_ str| line.split(char::from(layout.delimiter)).map(|cell| cell.trim_matches('"').to_owned()).collect::<Vec<_>>();
    let is_row = |cells: Vec<String>| {
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        matches!(parse_row(mapping, layout.header.len(), &cells, layout.latest), ParsedRow::Entry(_) | ParsedRow::Unclear(_))
    };
    cells.iter().enumerate().any(|(index, cell)| {
        let Some((first, others)) = cell.split_once('\n') else { return false };
        // The first line belongs to the cells before it.
        let begun = split(first);
        let is_first_row = || begun.len() > 1 && is_row([&cells[..index], begun.as_slice()].concat());
        others.split('\n').any(|line| is_row(split(line))) || is_first_row()
    })
}

/// Returns what identifies an entry: a truncated SHA-256 of the id of its transaction within its source, or of its content, and the number of equal
/// entries before it: two equal tips on one day are two entries. With an id, a renamed fan or another precision of the time changes nothing.
fn fingerprint(entry: &Entry, source: Option<[u8; 32]>, seen: &mut HashMap<Fingerprint, u32>) -> Fingerprint {
    /// Shorter numbers may be those of the rows of a file.
    const SHORTEST_NUMBER: usize = 7;
    let reference = &*entry.reference;
    let is_id = !reference.is_empty() && (reference.len() >= SHORTEST_NUMBER || !reference.bytes().all(|byte| byte.is_ascii_digit()));
    let without_number = if let Some(source) = source.filter(|_| is_id) {
        // A payment and its refund may have the same id.
        let direction = if entry.amount_minor < 0 { "out" } else { "in" };
        cut_digest(&["id", &hex::encode(source), reference, direction])
    } else {
        let (amount, occurred_at) = (entry.amount_minor.to_string(), entry.occurred_at.timestamp_millis().to_string());
        cut_digest(&[&occurred_at, entry.kind.as_str(), &amount, entry.currency.code(), reference, &entry.payer, &entry.description])
    };
    let number = seen.entry(without_number).or_default();
    *number += 1;
    if *number == 1 { without_number } else { cut_digest(&[&hex::encode(without_number), &number.to_string()]) }
}

/// The first half of a digest is enough to tell the entries of a user apart.
fn cut_digest(parts: &[&str]) -> Fingerprint {
    let mut cut = Fingerprint::default();
    cut.copy_from_slice(&digest(parts)[..size_of::<Fingerprint>()]);
    cut
}

#[cfg(test)]
mod tests;
