//! Fuzzes the statement parser: arbitrary bytes never panic, parsed entries keep their invariants, and an answer decides an unclear row.
#![no_main]

use chrono::{DateTime, TimeDelta, Utc};
use huntaze_domain::{
    earnings::statement::{Answer, ColumnMapping, Entry, ParsedRow, Question, Reading, detect_delimiter, infer_mapping, parse_row},
    money::Currency,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let delimiter = detect_delimiter(bytes);
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(bytes);
    let mut rows = reader
        .byte_records()
        .filter_map(Result::ok)
        .map(|record| record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect::<Vec<_>>());
    let header = rows.next().unwrap_or_default();
    let rows: Vec<_> = rows.take(1000).collect();
    let mapping = infer_mapping(&header, &rows, Currency::Usd);
    if mapping.validate(header.len()).is_err() {
        return;
    }
    let latest = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
    for row in &rows {
        let cells: Vec<_> = row.iter().map(String::as_str).collect();
        match parse_row(&mapping, header.len(), &cells, latest) {
            ParsedRow::Entry(entry) => check(&entry, latest),
            ParsedRow::Unclear(unclear) => {
                assert!(unclear.outcome.entry().is_none(), "nothing is counted before there is an answer");
                let read = |reading| answered(&mapping, (unclear.question, &unclear.word), reading, (header.len(), &cells, latest));
                if let Some(entry) = read(Reading::In) {
                    check(&entry, latest);
                    assert_eq!(entry.amount_minor, unclear.amount.minor);
                }
                if unclear.question == Question::Direction {
                    assert_eq!(read(Reading::Out).map(|entry| entry.amount_minor), Some(-unclear.amount.minor));
                }
                assert_eq!(read(Reading::LeftOut), None);
            }
            ParsedRow::Skipped | ParsedRow::Invalid(_) => {}
        }
    }
});

fn check(entry: &Entry, latest: DateTime<Utc>) {
    assert!(entry.occurred_at <= latest);
    assert!(entry.amount_minor.abs() <= 2_000_000_000);
    assert!(entry.description.chars().count() <= 200);
}

fn answered(
    mapping: &ColumnMapping,
    (question, word): (Question, &str),
    reading: Reading,
    (width, cells, latest): (usize, &[&str], DateTime<Utc>),
) -> Option<Entry> {
    let mut mapping = mapping.clone();
    mapping.answer(Answer { question, word: word.to_owned(), reading });
    parse_row(&mapping, width, cells, latest).entry().cloned()
}
