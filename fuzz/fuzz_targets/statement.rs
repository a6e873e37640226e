//! Fuzzes the statement parser: arbitrary bytes never panic, and parsed entries keep their invariants.
#![no_main]

use chrono::{DateTime, TimeDelta};
use huntaze_domain::{money::Currency, earnings::statement::{ParsedRow, detect_delimiter, infer_mapping, parse_row}};
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
        if let ParsedRow::Entry(entry) = parse_row(&mapping, header.len(), &cells, latest) {
            assert!(entry.occurred_at <= latest);

            assert!(entry.description.chars().count() <= 200);
        }
    }
});
