//! Summary of the rows of a statement, computed before and during the import.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use huntaze_domain::{
    earnings::{
        Contradiction, MAX_CONTRADICTIONS, MAX_LISTED_QUESTIONS, MAX_OTHER_TABLES, MAX_QUESTIONS, MAX_ROW_ERRORS, NumberedRowError,
        ParseSummary, SampleEntry, StatementQuestion,
        statement::{ColumnMapping, Entry, ParsedRow, UnclearRow},
    },
    money::Money,
};

use super::{
    EarningsError,
    row_stream::{Batch, Row, RowStream},
};
use crate::{
    Core,
    db::{
        self,
        earnings::{Fingerprint, statements::Statement},
    },
};

/// Number of sample entries, and of raw rows, in the summary.
const SAMPLE_ENTRIES: usize = 10;
const RAW_ROWS: usize = 3;
/// Maximum length of a cell in the summary, in characters.
const MAX_CELL_CHARS: usize = 40;

/// Parses a whole statement with its current mapping.
///
/// # Errors
/// Returns an error if the file cannot be parsed or a database query fails.
pub(super) async fn summarize(core: &Core, statement: &Statement) -> Result<ParseSummary, EarningsError> {
    // The semaphore is closed on shutdown; the error is ignored, because nobody waits for the result then.
    let _permit = core.parse_permits.acquire().await;
    let mut rows = RowStream::open(&core.db, statement);
    let mut builder = ParseSummaryBuilder::of(statement);
    while let Some(batch) = rows.next().await? {
        let fingerprints: Vec<_> = batch.rows.iter().filter_map(|row| row.fingerprint).map(|fingerprint| fingerprint.to_vec()).collect();
        let stored = db::earnings::find_amounts(&core.db, statement.user_id, &fingerprints).await?;
        builder.compare(&batch, &stored);
        builder.take(batch);
    }
    Ok(builder.finish().0)
}

/// Builds the summary row by row.
pub(super) struct ParseSummaryBuilder {
    scan: ParseSummary,
    sums: BTreeMap<&'static str, Money>,
    incomplete_days: BTreeSet<NaiveDate>,
    mapping: ColumnMapping,
    width: usize,
}

impl ParseSummaryBuilder {
    /// Creates an empty summary.
    pub fn of(statement: &Statement) -> Self {
        let (mapping, width) = (statement.mapping.clone(), statement.header.len());
        Self { scan: ParseSummary::default(), sums: BTreeMap::new(), incomplete_days: BTreeSet::new(), mapping, width }
    }

    /// Adds a batch of rows; returns the entries among them.
    pub fn take(&mut self, batch: Batch) -> Vec<(Fingerprint, u32, Entry)> {
        self.scan.unread_rows = self.scan.unread_rows.saturating_add(batch.unread_rows);
        let others = &mut self.scan.other_tables;
        others.extend(batch.other_tables.into_iter().take(MAX_OTHER_TABLES.saturating_sub(others.len())));
        batch.rows.into_iter().filter_map(|row| self.take_row(row)).collect()
    }

    /// Adds what is already stored of the entries of a batch.
    fn compare(&mut self, batch: &Batch, stored: &HashMap<Fingerprint, Money>) {
        let entries = batch.rows.iter().filter_map(|row| Some((row.line, row.fingerprint?, row.parsed.as_ref()?.entry()?)));
        let mut contradictions = Vec::new();
        for (line, fingerprint, entry) in entries {
            let amount = Money { minor: entry.amount_minor, currency: entry.currency };
            if let Some(stored) = stored.get(&fingerprint).filter(|stored| **stored != amount) {
                contradictions.push(Contradiction { line, amount, stored: *stored });
            }
        }
        let counts = [stored.len(), contradictions.len()].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        self.stored(counts, contradictions);
    }

    /// Adds the number of entries that are already stored, the number of those that are stored with another amount, and the first of these.
    pub fn stored(&mut self, [duplicates, contradicting]: [u32; 2], contradictions: Vec<Contradiction>) {
        let scan = &mut self.scan;
        scan.duplicate_entries = scan.duplicate_entries.saturating_add(duplicates);
        scan.contradicting_entries = scan.contradicting_entries.saturating_add(contradicting);
        let room = MAX_CONTRADICTIONS.saturating_sub(scan.contradictions.len());
        scan.contradictions.extend(contradictions.into_iter().take(room));
    }

    /// Returns the summary, and the days with a row that cannot be parsed.
    pub fn finish(self) -> (ParseSummary, Vec<NaiveDate>) {
        (ParseSummary { totals: self.sums.into_values().collect(), ..self.scan }, self.incomplete_days.into_iter().collect())
    }

    fn take_row(&mut self, row: Row) -> Option<(Fingerprint, u32, Entry)> {
        let scan = &mut self.scan;
        scan.total_rows += 1;
        if scan.raw_rows.len() < RAW_ROWS {
            scan.raw_rows.push(row.cells.iter().take(self.width).map(|cell| cell.chars().take(MAX_CELL_CHARS).collect()).collect());
        }
        self.mapping.count_order(&row.cells, &mut scan.date_orders);
        self.mapping.observe(&row.cells.iter().map(String::as_str).collect::<Vec<_>>(), &mut scan.facts);
        let parsed = match row.parsed? {
            ParsedRow::Unclear(unclear) => {
                self.ask(&unclear);
                *unclear.outcome
            }
            parsed => parsed,
        };
        let scan = &mut self.scan;
        match parsed {
            ParsedRow::Entry(entry) => {
                self.take_entry(row.line, &entry);
                Some((row.fingerprint?, row.line, entry))
            }
            ParsedRow::Skipped => {
                scan.skipped_rows += 1;
                None
            }
            ParsedRow::Invalid(error) => {
                scan.invalid_rows += 1;
                self.incomplete_days.extend(error.day);
                if scan.row_errors.len() < MAX_ROW_ERRORS {
                    scan.row_errors.push(NumberedRowError { line: row.line, error });
                }
                None
            }
            // The outcome of an unclear row is clear.
            ParsedRow::Unclear(_) => None,
        }
    }

    /// Adds a row to what is asked about its word.
    fn ask(&mut self, row: &UnclearRow) {
        let questions = &mut self.scan.questions;
        let known = questions.iter().position(|known| (known.question, &known.word) == (row.question, &row.word));
        let index = known.unwrap_or(questions.len());
        if known.is_none() {
            let reading = self.mapping.reading_of(row.question, &row.word);
            let open = questions.iter().filter(|question| question.reading.is_none()).count();
            // What was answered takes no room.
            if reading.is_none() && open == MAX_QUESTIONS || index == MAX_LISTED_QUESTIONS {
                return;
            }
            let (rows, amounts) = (0, Vec::new());
            questions.push(StatementQuestion { question: row.question, word: row.word.clone(), rows, amounts, reading });
        }
        let question = &mut questions[index];
        question.rows += 1;
        match question.amounts.iter_mut().find(|sum| sum.currency == row.amount.currency) {
            Some(sum) => sum.minor = sum.minor.saturating_add(row.amount.minor),
            None => question.amounts.push(row.amount),
        }
    }

    fn take_entry(&mut self, line: u32, entry: &Entry) {
        let (scan, day) = (&mut self.scan, entry.occurred_at.date_naive());
        scan.entries += 1;
        scan.rounded_entries += u32::from(entry.is_rounded);
        scan.first_day = Some(scan.first_day.map_or(day, |first| first.min(day)));
        scan.last_day = Some(scan.last_day.map_or(day, |last| last.max(day)));
        let amount = Money { minor: entry.amount_minor, currency: entry.currency };
        let sum = self.sums.entry(entry.currency.code()).or_insert(Money { minor: 0, ..amount });
        sum.minor = sum.minor.saturating_add(amount.minor);
        if scan.sample_entries.len() < SAMPLE_ENTRIES {
            let description = entry.description.chars().take(MAX_CELL_CHARS).collect();
            scan.sample_entries.push(SampleEntry { line, occurred_at: entry.occurred_at, kind: entry.kind, amount, description });
        }
    }
}
