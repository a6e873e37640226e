//! Import of statements: what counts once, and importers that fail or run at the same time.

use chrono::TimeDelta;
use huntaze_core::db;
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::{STATEMENT, import, revenue, statement, upload};
use crate::support::TestApp;

/// Fans rename and delete their accounts between two downloads.
#[sqlx::test]
async fn transaction_id_identifies_an_entry(db: PgPool) {
    let app = TestApp::new(db);
    app.clock.advance(TimeDelta::days(365));
    let mut user_client = app.user_client("ada@example.com").await;
    let id = upload(&mut user_client, include_str!("cases/c17a_october.csv")).await;
    assert_eq!(import(&app, &mut user_client, &id).await["entriesAdded"], 3);
    let again = upload(&mut user_client, include_str!("cases/c17b_october_again.csv")).await;
    assert_eq!(statement(&mut user_client, &again).await["parseSummary"]["duplicateEntries"], 3);
    assert_eq!(import(&app, &mut user_client, &again).await["entriesAdded"], 1);
}

#[sqlx::test]
async fn overlapping_entries_count_once_until_last_statement_deleted(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client("ada@example.com").await;
    let header = STATEMENT.lines().next().expect("a header");
    let (first, more) = (STATEMENT, "2026-01-14 08:00:00,tip,fan9,10.00,2.00,8.00,USD,,,done\n");
    let rows: Vec<_> = STATEMENT.lines().skip(1).take(3).collect();
    let second = format!("{header}\n{more}{}\n", rows.join("\n"));
    let id = upload(&mut user_client, first).await;
    import(&app, &mut user_client, &id).await;
    let again = upload(&mut user_client, &second).await;
    assert_eq!(statement(&mut user_client, &again).await["parseSummary"]["duplicateEntries"], 3);
    assert_eq!(import(&app, &mut user_client, &again).await["entriesAdded"], 1);
    assert_eq!(revenue(&mut user_client, "7d").await["value"], 2400);
    user_client.post("/api/earnings/statements/delete", json!({ "id": id })).await.expect_status(200);
    assert_eq!(
        revenue(&mut user_client, "7d").await["value"],
        2400,
        "the second statement has 8 + 4 + 4 + 8; the entries of the first alone sum to 0"
    );
    user_client.post("/api/earnings/statements/delete", json!({ "id": again })).await.expect_status(200);
    assert_eq!(revenue(&mut user_client, "7d").await["state"], "unsupported");
}

#[sqlx::test]
async fn duplicate_file_is_not_imported_again(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client("ada@example.com").await;
    let id = upload(&mut user_client, STATEMENT).await;
    import(&app, &mut user_client, &id).await;
    let again = upload(&mut user_client, STATEMENT).await;
    let seen = statement(&mut user_client, &again).await;
    assert_eq!((&seen["duplicateOf"], &seen["parseSummary"]["duplicateEntries"]), (&json!(id), &json!(5)));
    assert_eq!(user_client.post("/api/earnings/statements/import", json!({ "id": again })).await.expect_status(409).code(), "conflict");
    // A repeated import request has no effect, and the mapping of an imported statement cannot be changed.
    user_client.post("/api/earnings/statements/import", json!({ "id": id })).await.expect_status(200);
    app.import_due().await;
    assert_eq!(revenue(&mut user_client, "7d").await["value"], 1600);
    let mapping =
        json!({ "id": id, "date": "0", "net": "5", "dateOrder": "dayFirst", "decimalSeparator": "point", "defaultCurrency": "USD" });
    user_client.post("/api/earnings/statements/mapping", mapping).await.expect_status(409);
}

#[sqlx::test]
async fn concurrent_overlapping_imports_count_entries_once(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client("ada@example.com").await;
    let rows: Vec<_> = (0..2500).map(|number| format!("2026-01-10,1.00,{number}\n")).collect();
    let file = |rows: &[String]| format!("date,net,id\n{}", rows.concat());
    let forwards = upload(&mut user_client, &file(&rows)).await;
    let backwards: Vec<_> = rows.iter().rev().cloned().collect();
    let backwards = upload(&mut user_client, &file(&backwards[..2000])).await;
    for id in [&forwards, &backwards] {
        user_client.post("/api/earnings/statements/import", json!({ "id": id })).await.expect_status(200);
    }
    let second_instance = app.second_instance(std::time::Duration::from_secs(5));
    futures::join!(app.import_due(), second_instance.import_due());
    assert_eq!(revenue(&mut user_client, "7d").await["value"], 250_000);
    let added = [
        statement(&mut user_client, &forwards).await["entriesAdded"].as_i64(),
        statement(&mut user_client, &backwards).await["entriesAdded"].as_i64(),
    ];
    assert_eq!(added.iter().flatten().sum::<i64>(), 2500);
    for id in [&forwards, &backwards] {
        user_client.post("/api/earnings/statements/delete", json!({ "id": id })).await.expect_status(200);
    }
    assert_eq!(revenue(&mut user_client, "7d").await["state"], "unsupported");
}

#[sqlx::test]
async fn delete_during_import_returns_conflict_without_waiting(db: PgPool) {
    let app = TestApp::new(db.clone());
    let mut user_client = app.user_client("ada@example.com").await;
    let id = upload(&mut user_client, STATEMENT).await;
    let user: Uuid = sqlx::query_scalar("SELECT id FROM users").fetch_one(&db).await.expect("a user");
    let mut import = huntaze_core::db::begin(&db).await.expect("a transaction");
    db::earnings::lock(&mut *import, user.into()).await.expect("locked");
    let refused = user_client.post("/api/earnings/statements/delete", json!({ "id": id })).await.expect_status(409);
    assert!(refused.json()["error"].as_str().is_some_and(|sentence| sentence.contains("right now")));
    drop(import);
    let twice = futures::join!(
        async { user_client.clone().post("/api/earnings/statements/delete", json!({ "id": id })).await.status.as_u16() },
        async { user_client.clone().post("/api/earnings/statements/delete", json!({ "id": id })).await.status.as_u16() },
    );
    assert!([twice.0, twice.1].contains(&200), "{twice:?}");
}

#[sqlx::test]
async fn import_fails_after_three_abandoned_attempts(db: PgPool) {
    let app = TestApp::new(db.clone());
    let mut user_client = app.user_client("ada@example.com").await;
    let id = upload(&mut user_client, STATEMENT).await;
    sqlx::query("UPDATE statements SET state = 'importing', attempts = 3, leased_until = $1")
        .bind(app.core.clock.now() - TimeDelta::seconds(1))
        .execute(&db)
        .await
        .expect("the lease of the third attempt has expired");
    app.import_due().await;
    assert_eq!(statement(&mut user_client, &id).await["state"], "failed");
    assert_eq!(import(&app, &mut user_client, &id).await["entriesAdded"], 5, "the user can retry the import");
}

#[sqlx::test]
async fn import_with_expired_lease_is_taken_over(db: PgPool) {
    let app = TestApp::new(db.clone());
    let mut user_client = app.user_client("ada@example.com").await;
    let id = upload(&mut user_client, STATEMENT).await;
    user_client.post("/api/earnings/statements/import", json!({ "id": id })).await.expect_status(200);
    sqlx::query("UPDATE statements SET state = 'importing', attempts = 1, leased_until = $1")
        .bind(app.core.clock.now() + TimeDelta::minutes(1))
        .execute(&db)
        .await
        .expect("leased by an importer that has crashed");
    app.import_due().await;
    assert_eq!(statement(&mut user_client, &id).await["state"], "importing", "the lease has not expired");
    assert_eq!(user_client.post("/api/earnings/statements/delete", json!({ "id": id })).await.expect_status(409).code(), "conflict");
    app.clock.advance(TimeDelta::minutes(2));
    app.import_due().await;
    assert_eq!(statement(&mut user_client, &id).await["entriesAdded"], 5);
}
