//! Reads the rows of a statement from the pieces of its file: a few pieces and rows are in memory at a time, however long it is.

use std::{
    collections::HashMap,
    io::{self, Read},
};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use tokio::{sync::mpsc, task::JoinHandle};
use uuid::Uuid;

use super::EarningsError;
use crate::{
    domain::{
        choice::Choice,
        statement::{Entry, Fault, FaultKind, MOST_COLUMNS, MOST_ROWS, Mapping, Reading, read},
    },
    server::db::{self, earnings::Fingerprint, statements::Statement},
};

/// Rows that are handed over at once.
const BATCH: usize = 1000;
/// Bytes; no row is longer.
const LONGEST_ROW: usize = 64 * 1024;
/// Pieces, and batches, that wait to be read.
const WAITING: usize = 2;

/// A row of a table.
pub(super) struct Row {
    /// As spreadsheets count: the header is 1.
    pub number: u32,
    /// As it stands there.
    pub cells: Vec<String>,
    /// What it came to; nothing where the mapping is not complete yet.
    pub reading: Option<Reading>,
    /// Of an entry: what tells it from all others of the creator.
    pub fingerprint: Option<Fingerprint>,
}

/// The rows of a statement, a batch at a time.
pub(super) struct Rows {
    batches: mpsc::Receiver<Vec<Row>>,
    parser: JoinHandle<Result<(), EarningsError>>,
}

impl Rows {
    /// Begins to read. What happened after the statement came here is a fault, as far as any time zone allows.
    pub fn open(db: &PgPool, statement: &Statement) -> Self {
        let latest = statement.summary.uploaded_at + TimeDelta::days(1);
        let (send_piece, pieces) = mpsc::channel(WAITING);
        tokio::spawn(send_pieces(db.clone(), statement.summary.id, send_piece));
        let (send_batch, batches) = mpsc::channel(WAITING);
        let (delimiter, mapping, width) = (statement.delimiter, statement.mapping.clone(), statement.header.len());
        let mapping = mapping.check(width).is_ok().then_some(mapping);
        let parser = tokio::task::spawn_blocking(move || {
            let pieces = Pieces { waiting: pieces, current: Vec::new(), read: 0 };
            parse(pieces, delimiter, mapping.as_ref(), latest, |batch| send_batch.blocking_send(batch).is_ok())
        });
        Self { batches, parser }
    }

    /// The next rows; `None` after the last.
    ///
    /// # Errors
    /// The file cannot be read, or the database does not answer.
    pub async fn next(&mut self) -> Result<Option<Vec<Row>>, EarningsError> {
        match self.batches.recv().await {
            Some(batch) => Ok(Some(batch)),
            // The parser is done, or it failed: it says which.
            None => (&mut self.parser).await?.map(|()| None),
        }
    }
}

async fn send_pieces(db: PgPool, id: Uuid, pieces: mpsc::Sender<io::Result<Vec<u8>>>) {
    for number in 0.. {
        let piece = match db::statements::chunk(&db, id, number).await {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => return,
            Err(error) => Err(io::Error::other(error)),
        };
        // Nobody reads any more, or nothing more can be read.
        let is_last = piece.is_err();
        if pieces.send(piece).await.is_err() || is_last {
            return;
        }
    }
}

/// The pieces of a file, one after the other, for a thread that may wait.
struct Pieces {
    waiting: mpsc::Receiver<io::Result<Vec<u8>>>,
    current: Vec<u8>,
    read: usize,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read == self.current.len() {
            let Some(piece) = self.waiting.blocking_recv() else { return Ok(0) };
            (self.current, self.read) = (piece?, 0);
        }
        let length = buffer.len().min(self.current.len() - self.read);
        buffer[..length].copy_from_slice(&self.current[self.read..self.read + length]);
        self.read += length;
        Ok(length)
    }
}

/// The names of the columns and the first rows of a table, from the beginning of its file.
///
/// # Errors
/// It is no table.
pub(super) fn head(beginning: &[u8], delimiter: u8, rows: usize) -> Result<(Vec<String>, Vec<Vec<String>>), EarningsError> {
    let mut records = reader(beginning, delimiter).into_byte_records();
    let mut next = || records.next().and_then(Result::ok).map(|record| cells_of(&record));
    let header = next().ok_or(EarningsError::Unreadable("The file is empty."))?;
    let header: Vec<String> = header.into_iter().map(|name| name.trim().chars().take(100).collect()).collect();
    if !(2..=MOST_COLUMNS).contains(&header.len()) {
        return Err(EarningsError::Unreadable("This is not a table with columns. Export your statement as CSV."));
    }
    Ok((header, std::iter::from_fn(next).take(rows).collect()))
}

fn reader<R: Read>(source: R, delimiter: u8) -> csv::Reader<R> {
    csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(source)
}

/// The texts of a row. What is not UTF-8 is read as Latin-1, in which spreadsheets write.
fn cells_of(record: &csv::ByteRecord) -> Vec<String> {
    let text = |cell: &[u8]| match std::str::from_utf8(cell) {
        Ok(text) => text.to_owned(),
        Err(_) => cell.iter().copied().map(char::from).collect(),
    };
    // A NUL cannot be stored.
    record.iter().map(|cell| text(cell).replace('\0', "")).collect()
}

/// Reads a table and hands its rows over, a batch at a time, until `hand_over` is not interested any more.
///
/// # Errors
/// The file has too many rows, or it cannot be read on.
fn parse(
    source: impl Read,
    delimiter: u8,
    mapping: Option<&Mapping>,
    latest: DateTime<Utc>,
    mut hand_over: impl FnMut(Vec<Row>) -> bool,
) -> Result<(), EarningsError> {
    let mut seen = HashMap::new();
    let mut batch = Vec::with_capacity(BATCH);
    let mut rows = 0;
    for (number, record) in (1_u32..).zip(reader(source, delimiter).into_byte_records()) {
        let record = record.map_err(|error| EarningsError::Db(sqlx::Error::Io(error.into()).into()))?;
        let is_empty = record.iter().all(|cell| cell.trim_ascii().is_empty());
        if number == 1 || is_empty {
            continue;
        }
        rows += 1;
        if rows > MOST_ROWS {
            return Err(EarningsError::Unreadable("A statement has at most 200,000 rows. Export a shorter period."));
        }
        batch.push(row(number, &record, mapping, latest, &mut seen));
        if batch.len() == BATCH && !hand_over(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))) {
            return Ok(());
        }
    }
    hand_over(batch);
    Ok(())
}

fn row(
    number: u32,
    record: &csv::ByteRecord,
    mapping: Option<&Mapping>,
    latest: DateTime<Utc>,
    seen: &mut HashMap<Fingerprint, u32>,
) -> Row {
    if record.as_slice().len() > LONGEST_ROW {
        let fault = Fault { kind: FaultKind::TooLong, cell: String::new() };
        return Row { number, cells: Vec::new(), reading: Some(Reading::Fault(fault)), fingerprint: None };
    }
    let cells = cells_of(record);
    let texts: Vec<&str> = cells.iter().map(String::as_str).collect();
    let reading = mapping.map(|mapping| read(mapping, &texts, latest));
    let fingerprint = match &reading {
        Some(Reading::Entry(entry)) => Some(fingerprint(entry, seen)),
        _ => None,
    };
    Row { number, cells, reading, fingerprint }
}

/// SHA-256, cut, over what an entry says and how many of the same stand before it: two equal tips of one day are two.
fn fingerprint(entry: &Entry, seen: &mut HashMap<Fingerprint, u32>) -> Fingerprint {
    let amount = entry.amount_minor.to_string();
    let at = entry.at.timestamp_millis().to_string();
    let parts = [&*at, entry.kind.as_str(), &amount, entry.currency.code(), &entry.reference, &entry.payer, &entry.description];
    let without_number = digest(&parts);
    let number = seen.entry(without_number).or_default();
    *number += 1;
    if *number == 1 { without_number } else { digest(&[&hex::encode(without_number), &number.to_string()]) }
}

fn digest(parts: &[&str]) -> Fingerprint {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    let mut cut = Fingerprint::default();
    cut.copy_from_slice(&hash.finalize()[..size_of::<Fingerprint>()]);
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::statement::{Column, guess};
    use proptest::prelude::*;
    use std::collections::HashSet;

    const HEADER: &str = "date,type,net,description\n";

    fn rows(text: &[u8]) -> Vec<Row> {
        let (header, sample) = head(HEADER.as_bytes(), b',', 0).expect("a table");
        let mapping = guess(&header, &sample, crate::domain::money::Currency::Usd);
        assert!(mapping.columns.contains_key(&Column::Net));
        let mut all = Vec::new();
        let latest = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
        let file = [HEADER.as_bytes(), text].concat();
        parse(&file[..], b',', Some(&mapping), latest, |batch| {
            all.extend(batch);
            true
        })
        .expect("read");
        all
    }

    fn entries(text: &[u8]) -> Vec<(Fingerprint, i64)> {
        rows(text)
            .into_iter()
            .filter_map(|row| match (row.fingerprint, row.reading) {
                (Some(fingerprint), Some(Reading::Entry(entry))) => Some((fingerprint, entry.amount_minor)),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn equal_rows_are_told_apart_and_found_again() {
        let text = b"2026-01-31,tip,5.00,\n2026-01-31,tip,5.00,\n\n2026-01-31,tip,6.00,\n";
        let first = entries(text);
        assert_eq!(first.iter().map(|(fingerprint, _)| fingerprint).collect::<HashSet<_>>().len(), 3);
        assert_eq!(entries(text), first);
        let longer = entries(b"2026-01-31,tip,5.00,\n2026-01-31,tip,5.00,\n2026-01-31,tip,5.00,\n");
        assert_eq!(longer.iter().filter(|entry| first.contains(entry)).count(), 2, "a third one is new");
    }

    #[test]
    fn rows_are_counted_as_spreadsheets_do() {
        let numbers: Vec<_> = rows(b"2026-01-31,tip,5.00,\n2026-01-31,tip,free,\"two\nlines\"\n").iter().map(|row| row.number).collect();
        assert_eq!(numbers, [2, 3]);
    }

    #[test]
    fn a_file_in_latin_1_is_read() {
        let found = rows(b"2026-01-31,tip,5.00,caf\xe9\n");
        assert_eq!(found[0].cells[3], "café");
    }

    #[test]
    fn a_row_that_is_too_long_is_a_fault() {
        let found = rows(format!("2026-01-31,tip,5.00,{}\n", "x".repeat(LONGEST_ROW)).as_bytes());
        assert!(matches!(&found[0].reading, Some(Reading::Fault(fault)) if fault.kind == FaultKind::TooLong));
    }

    proptest! {
        #[test]
        fn the_same_file_adds_nothing_and_its_rows_come_to_its_total(amounts in prop::collection::vec((0..3_u32, -999..999_i64), 0..60)) {
            let line = |(day, cents): &(u32, i64)| {
                let sign = if *cents < 0 { "-" } else { "" };
                format!("2026-01-{:02},tip,{sign}{}.{:02},\n", day + 1, cents.abs() / 100, cents.abs() % 100)
            };
            let text: String = amounts.iter().map(line).collect();
            let once = entries(text.as_bytes());
            prop_assert_eq!(once.len(), amounts.len());
            prop_assert_eq!(once.iter().map(|(_, minor)| minor).sum::<i64>(), amounts.iter().map(|(_, cents)| cents).sum::<i64>());
            let known: HashSet<_> = once.iter().map(|(fingerprint, _)| *fingerprint).collect();
            prop_assert_eq!(known.len(), amounts.len(), "no two rows are taken for one");
            prop_assert!(entries(text.as_bytes()).iter().all(|(fingerprint, _)| known.contains(fingerprint)));
            // In whatever order it is exported the next time.
            let backwards: String = amounts.iter().rev().map(line).collect();
            prop_assert!(entries(backwards.as_bytes()).iter().all(|(fingerprint, _)| known.contains(fingerprint)));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let _ = rows(&bytes);
            let _ = head(&bytes, crate::domain::statement::guess_delimiter(&bytes), 5);
        }
    }
}
