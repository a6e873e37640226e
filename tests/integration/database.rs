//! Migrations, schema checks and the mail outbox.

use chrono::TimeDelta;
use huntaze_core::db::MIGRATIONS;
use sqlx::PgPool;

use crate::support::{EMAIL, PASSWORD, TestApp};

#[sqlx::test(migrations = false)]
async fn migrations_can_be_reverted_and_reapplied(db: PgPool) {
    MIGRATIONS.run(&db).await.expect("up");
    MIGRATIONS.undo(&db, 0).await.expect("down");
    let left: Vec<String> = sqlx::query_scalar(
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'",
    )
    .fetch_all(&db)
    .await
    .expect("rows");
    assert_eq!(left, Vec::<String>::new());
    MIGRATIONS.run(&db).await.expect("up again");
}

#[sqlx::test]
async fn every_foreign_key_has_an_index(db: PgPool) {
    let missing: Vec<String> = sqlx::query_scalar(
        "SELECT format('%s %s', conrelid::regclass, conname) FROM pg_constraint
          WHERE contype = 'f' AND NOT EXISTS (
                SELECT FROM pg_index WHERE indrelid = conrelid AND indkey[0] = conkey[1])",
    )
    .fetch_all(&db)
    .await
    .expect("rows");
    assert_eq!(missing, Vec::<String>::new());
}

#[sqlx::test]
async fn failing_mail_is_retried_with_backoff_until_exhausted(db: PgPool) {
    let app = TestApp::new(db.clone());
    app.put_into_outbox("a@b.co").await;
    app.mailer.is_down.store(true, std::sync::atomic::Ordering::SeqCst);
    let mut minutes = 0;
    loop {
        app.deliver_due().await;
        let (attempts, given_up): (i32, bool) =
            sqlx::query_as("SELECT attempts, failed_at IS NOT NULL FROM mail_outbox").fetch_one(&db).await.expect("a row");
        if given_up {
            assert_eq!(attempts, 8);
            break;
        }
        app.clock.advance(TimeDelta::minutes(1));
        minutes += 1;
        assert!(minutes < 200, "the mail is never marked as failed");
    }
    assert!((60..=70).contains(&minutes), "{minutes} minutes");
}

#[sqlx::test]
async fn mail_is_sent_after_smtp_recovery_and_deleted(db: PgPool) {
    let app = TestApp::new(db.clone());
    app.put_into_outbox("a@b.co").await;
    app.mailer.is_down.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(app.deliver_due().await, 0);
    app.mailer.is_down.store(false, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(app.deliver_due().await, 0, "the retry is not due yet");
    app.clock.advance(TimeDelta::seconds(30));
    assert_eq!(app.deliver_due().await, 1);
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM mail_outbox").fetch_one(&db).await.expect("a count");
    assert_eq!(left, 0);
}

#[sqlx::test]
async fn unreachable_database_is_503_with_retry_after(db: PgPool) {
    let app = TestApp::new(db.clone());
    let (mut user_client, mut anon_client) = (app.user_client(EMAIL).await, app.anon_client().await);
    app.core.db.close().await;
    let login = serde_json::json!({ "email": EMAIL, "password": PASSWORD });
    let answers = [
        ("sign-in", anon_client.post("/api/auth/login", login).await),
        ("write", user_client.post("/api/earnings/daily-totals", serde_json::json!({ "day": "2026-01-02", "amount": "1" })).await),
        ("read", user_client.get("/api/home/stats").await),
        ("page", user_client.page("/home").await),
        ("readiness", anon_client.get("/readyz").await),
    ];
    for (what, answer) in answers {
        assert_eq!(answer.status.as_u16(), 503, "{what}: {}", answer.body);
        assert!(what == "readiness" || !answer.header("retry-after").is_empty(), "{what}");
    }
    app.client().page("/beta").await.expect_status(200);
    user_client.page("/beta").await.expect_status(200);
}
