//! Summary of the rows of a statement, computed before and during the import.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use huntaze_domain::{
    earnings::{MOST_FAULTS, RowFault, SampleEntry, Scan},
    money::Money,
    statement::{Entry, Mapping, Reading},
};

use super::{
    EarningsError,
    table::{Row, Rows},
};
use crate::{
    Core,
    db::{self, earnings::Fingerprint, statements::Statement},
};

/// Number of sample entries, and of raw rows, in the summary.
const SAMPLE: usize = 10;
const HEAD: usize = 3;
/// Maximum length of a cell in the summary, in characters.
const LONGEST_CELL: usize = 40;

/// Parses a whole statement with its current mapping.
///
/// # Errors
/// Returns an error if the file cannot be parsed or a database query fails.
pub(super) async fn scan(core: &Core, statement: &Statement) -> Result<Scan, EarningsError> {
    // The semaphore is closed on shutdown; the error is ignored, because nobody waits for the result then.
    let _turn = core.table_readers.acquire().await;
    let mut rows = Rows::open(&core.db, statement);
    let mut counter = Counter::of(statement);
    while let Some(batch) = rows.next().await? {
        let fingerprints: Vec<_> = batch.iter().filter_map(|row| row.fingerprint).map(|fingerprint| fingerprint.to_vec()).collect();
        counter.repeated(db::earnings::count_known(&core.db, statement.user_id, &fingerprints).await?);
        counter.take(batch);
    }
    Ok(counter.finish().0)
}

/// Builds the summary row by row.
pub(super) struct Counter {
    scan: Scan,
    sums: BTreeMap<&'static str, Money>,
    unread_days: BTreeSet<NaiveDate>,
    mapping: Mapping,
    width: usize,
}

impl Counter {
    /// Creates an empty summary.
    pub fn of(statement: &Statement) -> Self {
        let (mapping, width) = (statement.mapping.clone(), statement.header.len());
        Self { scan: Scan::default(), sums: BTreeMap::new(), unread_days: BTreeSet::new(), mapping, width }
    }

    /// Adds a batch of rows; returns the entries among them.
    pub fn take(&mut self, batch: Vec<Row>) -> Vec<(Fingerprint, Entry)> {
        batch.into_iter().filter_map(|row| self.take_row(row)).collect()
    }

    /// Adds the number of entries that are already stored.
    pub fn repeated(&mut self, count: i64) {
        self.scan.repeated = self.scan.repeated.saturating_add(u32::try_from(count).unwrap_or_default());
    }

    /// Returns the summary, and the days with a row that cannot be parsed.
    pub fn finish(self) -> (Scan, Vec<NaiveDate>) {
        (Scan { totals: self.sums.into_values().collect(), ..self.scan }, self.unread_days.into_iter().collect())
    }

    fn take_row(&mut self, row: Row) -> Option<(Fingerprint, Entry)> {
        let scan = &mut self.scan;
        scan.rows += 1;
        if scan.head.len() < HEAD {
            scan.head.push(row.cells.iter().take(self.width).map(|cell| cell.chars().take(LONGEST_CELL).collect()).collect());
        }
        self.mapping.count_order(&row.cells, &mut scan.date_orders);
        match row.reading? {
            Reading::Entry(entry) => {
                self.take_entry(row.line, &entry);
                Some((row.fingerprint?, entry))
            }
            Reading::LeftOut => {
                scan.left_out += 1;
                None
            }
            Reading::Fault(fault) => {
                scan.faulty += 1;
                self.unread_days.extend(fault.day);
                if scan.faults.len() < MOST_FAULTS {
                    scan.faults.push(RowFault { line: row.line, fault });
                }
                None
            }
        }
    }

    fn take_entry(&mut self, line: u32, entry: &Entry) {
        let (scan, day) = (&mut self.scan, entry.at.date_naive());
        scan.entries += 1;
        scan.first_day = Some(scan.first_day.map_or(day, |first| first.min(day)));
        scan.last_day = Some(scan.last_day.map_or(day, |last| last.max(day)));
        let amount = Money { minor: entry.amount_minor, currency: entry.currency };
        let sum = self.sums.entry(entry.currency.code()).or_insert(Money { minor: 0, ..amount });
        sum.minor = sum.minor.saturating_add(amount.minor);
        if scan.sample.len() < SAMPLE {
            let description = entry.description.chars().take(LONGEST_CELL).collect();
            scan.sample.push(SampleEntry { line, at: entry.at, kind: entry.kind, amount, description });
        }
    }
}
