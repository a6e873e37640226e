//! Statements as people have them (`cases/`): what the preview says of each, with the columns that Huntaze guesses.

use std::fmt::Write;

use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::post_file;
use crate::support::TestApp;

/// Returns what matters of the preview of a statement, in a line.
fn described(statement: &Value) -> String {
    let summary = &statement["parseSummary"];
    let mut line = format!("{} entries", summary["entries"]);
    for total in summary["totals"].as_array().expect("a list") {
        write!(line, ", {} {}", total["minor"], total["currency"].as_str().expect("a code")).expect("written");
    }
    write!(line, "; {} skipped", summary["skippedRows"]).expect("written");
    for error in summary["rowErrors"].as_array().expect("a list") {
        write!(line, "; line {}: {} {}", error["line"], error["kind"].as_str().expect("a kind"), error["cell"]).expect("written");
    }
    line
}

#[sqlx::test]
async fn previews_of_real_layouts_are_right(db: PgPool) {
    let app = TestApp::new(db);
    // All files are of 2026.
    app.clock.advance(TimeDelta::days(365));
    let mut user_client = app.user_client("ada@example.com").await;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration/earnings/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let mut previews = String::new();
    for file in files {
        // A new window of the limit on uploads.
        app.clock.advance(TimeDelta::minutes(1));
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let answer = post_file(&mut user_client, &std::fs::read(&file).expect("a file")).await;
        let preview = if answer.status == 201 {
            let id = answer.json()["id"].as_str().expect("an id").to_owned();
            let preview = described(&user_client.get(&format!("/api/earnings/statement?id={id}")).await.expect_status(200).json());
            user_client.post("/api/earnings/statements/delete", json!({ "id": id })).await.expect_status(200);
            preview
        } else {
            format!("{}: {}", answer.status, answer.json()["message"])
        };
        writeln!(previews, "{name}: {preview}").expect("written");
    }
    insta::assert_snapshot!(previews);
}
