use std::collections::HashSet;

use huntaze_domain::earnings::statement::{StatementColumn, infer_mapping};
use proptest::prelude::*;

use super::*;
use crate::services::earnings::{
    table_header::{DetectedHeader, detect_header},
    text_decoder::TextDecoder,
};

const HEADER: &str = "date,type,net,description\n";

fn rows(text: &[u8]) -> Vec<Row> {
    rows_of(&[HEADER.as_bytes(), text].concat())
}

fn rows_of(file: &[u8]) -> Vec<Row> {
    batch_of(file).rows
}

fn batch_of(file: &[u8]) -> Batch {
    let DetectedHeader { header, preamble_records, .. } = detect_header(HEADER.as_bytes(), b',').expect("a table");
    let mapping = infer_mapping(&header, &[], huntaze_domain::money::Currency::Usd);
    assert!(mapping.columns.contains_key(&StatementColumn::Net));
    let latest = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
    let layout = TableLayout { delimiter: b',', preamble_records, header, mapping: Some(mapping), latest, source: None };
    let mut all = Batch::default();
    parse(file, &layout, |batch| {
        all.rows.extend(batch.rows);
        all.other_tables.extend(batch.other_tables);
        all.unread_rows += batch.unread_rows;
        true
    })
    .expect("read");
    all
}

fn entries(text: &[u8]) -> Vec<(Fingerprint, i64)> {
    rows(text)
        .into_iter()
        .filter_map(|row| match (row.fingerprint, row.parsed) {
            (Some(fingerprint), Some(ParsedRow::Entry(entry))) => Some((fingerprint, entry.amount_minor)),
            _ => None,
        })
        .collect()
}

#[test]
fn fingerprint_of_equal_rows_is_distinct_and_stable() {
    let text = b"2026-01-31,tip,5.00,\n2026-01-31,tip,5.00,\n\n2026-01-31,tip,6.00,\n";
    let first = entries(text);
    assert_eq!(first.iter().map(|(fingerprint, _)| fingerprint).collect::<HashSet<_>>().len(), 3);
    assert_eq!(entries(text), first);
    let longer = entries(b"2026-01-31,tip,5.00,\n2026-01-31,tip,5.00,\n2026-01-31,tip,5.00,\n");
    assert_eq!(longer.iter().filter(|entry| first.contains(entry)).count(), 2, "the third equal row is a new entry");
}

#[test]
fn line_numbers_count_blank_and_multiline_rows() {
    let text =
        "2026-01-31,tip,5.00,\n\n2026-01-31,tip,free,\"two\nlines\"\n2026-01-31,tip,1.00,\n\n\n2026-01-31,tip,2.00,\n2026-01-31,tip,3.00,";
    let file = format!("{HEADER}{text}");
    for file in [file.clone(), file.replace('\n', "\r\n"), file.replace('\n', "\r")] {
        let decoded = TextDecoder::default().decode(file.as_bytes(), true);
        let lines: Vec<_> = rows_of(&decoded).iter().map(|row| row.line).collect();
        assert_eq!(lines, [2, 4, 6, 9, 10], "{file:?}");
    }
}

#[test]
fn windows_1252_cells_are_decoded() {
    let found = rows(b"2026-01-31,tip,5.00,caf\xe9 \x80\n");
    assert_eq!(found[0].cells[3], "café €");
}

#[test]
fn header_is_detected_below_title_or_reported_missing() {
    let found = detect_header(b"Statement of Ada\n\nsep=;\ndate;net\n2026-01-31;1,00\n2026-01-30;2,00\n", b';').expect("a table");
    assert_eq!((found.header, found.preamble_records, found.rows.len()), (vec!["date".to_owned(), "net".to_owned()], 3, 2));
    let without = detect_header(b"2026-01-31,1.00\n2026-01-30,2.00\n", b',').expect("a table");
    assert_eq!((without.header, without.preamble_records, without.rows.len()), (vec![String::new(), String::new()], 0, 2));
}

#[test]
fn unclosed_quote_and_too_many_columns_are_row_errors() {
    let kind = |row: &Row| match &row.parsed {
        Some(ParsedRow::Invalid(error)) => Some(error.kind),
        _ => None,
    };
    let open = rows(format!("2026-01-31,tip,8.00,\"best\n{}", "2026-01-31,tip,5.00,\n".repeat(30)).as_bytes());
    assert_eq!(open.iter().map(kind).collect::<Vec<_>>(), [Some(RowErrorKind::UnclosedQuote)]);
    let wide = rows(format!("2026-01-31,tip,8.00,,{}x\n", ",".repeat(100_000)).as_bytes());
    assert_eq!(kind(&wide[0]), Some(RowErrorKind::RowTooLong));
    let short = rows(format!("2026-01-31,tip,8.00,\"best\n{}", "2026-01-31,tip,5.00\n".repeat(30)).as_bytes());
    assert_eq!(short.iter().map(kind).collect::<Vec<_>>(), [Some(RowErrorKind::UnclosedQuote)], "rows without their last cell");
    let shifted = rows(b"2026-01-31,tip,1,234.56,\n");
    assert!(kind(&shifted[0]).is_none(), "an empty extra cell is no error");
    assert_eq!(kind(&rows(b"2026-01-31,tip,1,234.56,thanks\n")[0]), Some(RowErrorKind::TooManyColumns));
}

#[test]
fn cell_that_swallows_rows_is_row_error() {
    for text in ["2026-01-31,tip,8.00,\"best\n2026-01-30,tip,5.00,x\n", "\"2026-01-31,tip,8.00,x\n\"2026-01-30\",tip,5.00,y\n"] {
        let found = rows(text.as_bytes());
        assert!(matches!(&found[0].parsed, Some(ParsedRow::Invalid(error)) if error.kind == RowErrorKind::UnclosedQuote), "{text}");
    }
    assert_eq!(entries(b"2026-01-31,tip,8.00,\"two\nlines, with a comma\"\n").len(), 1);
}

#[test]
fn table_ends_where_another_begins() {
    let other = "Payout Date,Bank,Amount,\n2026-01-30,My Bank,6.00,\n";
    let file =
        format!("{HEADER}2026-01-31,tip,1.00,\n\nMy payouts\n{other}\u{feff}DATE,type,net,description\n2026-01-29,tip,2.00,\n{other}");
    let found = batch_of(file.as_bytes());
    assert_eq!((found.other_tables, found.unread_rows), (vec![OtherTable { line: 5, record: 3 }], 2), "each layout once");
    assert_eq!(found.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4, 8], "the same header once more continues the table");
}

#[test]
fn payouts_below_the_same_header_are_another_table() {
    let file = format!("{HEADER}2026-01-31,tip,1.00,\nFebruary\n{HEADER}2026-02-01,tip,2.00,\nPayouts\n{HEADER}2026-01-31,Bank,500.00,\n");
    let found = batch_of(file.as_bytes());
    assert_eq!(found.other_tables, [OtherTable { line: 7, record: 6 }]);
    assert_eq!(found.unread_rows, 1);
    let lines: Vec<_> = found.rows.iter().map(|row| row.line).collect();
    assert_eq!(lines, [2, 3, 5, 6], "titles are rows that cannot be read");
}

#[test]
fn header_is_the_first_that_names_date_and_amount() {
    let found = detect_header(b"Date,Type,Net\n2026-01-31,tip,1.00\n\nDate,Amount,Currency,Status,ID\n2026-01-30,5.00,USD,paid,1\n", b',')
        .expect("a table");
    assert_eq!((found.header.len(), found.preamble_records), (3, 1));
}

#[test]
fn row_over_size_limit_is_row_error() {
    let found = rows(format!("2026-01-31,tip,5.00,{}\n", "x".repeat(MAX_ROW_BYTES)).as_bytes());
    assert!(matches!(&found[0].parsed, Some(ParsedRow::Invalid(error)) if error.kind == RowErrorKind::RowTooLong));
}

proptest! {
    #[test]
    fn fingerprints_are_unique_and_independent_of_order(amounts in prop::collection::vec((0..3_u32, -999..999_i64), 0..60)) {
        let line = |(day, cents): &(u32, i64)| {
            let sign = if *cents < 0 { "-" } else { "" };
            format!("2026-01-{:02},tip,{sign}{}.{:02},\n", day + 1, cents.abs() / 100, cents.abs() % 100)
        };
        let text: String = amounts.iter().map(line).collect();
        let once = entries(text.as_bytes());
        prop_assert_eq!(once.len(), amounts.len());
        prop_assert_eq!(once.iter().map(|(_, minor)| minor).sum::<i64>(), amounts.iter().map(|(_, cents)| cents).sum::<i64>());
        let known: HashSet<_> = once.iter().map(|(fingerprint, _)| *fingerprint).collect();
        prop_assert_eq!(known.len(), amounts.len(), "fingerprints are unique");
        prop_assert!(entries(text.as_bytes()).iter().all(|(fingerprint, _)| known.contains(fingerprint)));
        // The fingerprints do not depend on the order of the rows.
        let backwards: String = amounts.iter().rev().map(line).collect();
        prop_assert!(entries(backwards.as_bytes()).iter().all(|(fingerprint, _)| known.contains(fingerprint)));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = rows(&bytes);
        let _ = detect_header(&bytes, huntaze_domain::earnings::statement::detect_delimiter(&bytes));
    }
}
