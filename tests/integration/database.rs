//! The schema, and what leaves through the outbox.

use chrono::TimeDelta;
use huntaze_core::db::MIGRATIONS;
use sqlx::PgPool;

use crate::support::TestApp;

#[sqlx::test(migrations = false)]
async fn migrations_go_up_down_and_up_again(db: PgPool) {
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
async fn a_mail_is_tried_again_with_growing_pauses_and_then_given_up(db: PgPool) {
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
        assert!(minutes < 200, "it is never given up");
    }
    assert!((60..=70).contains(&minutes), "{minutes} minutes");
}

#[sqlx::test]
async fn a_mail_leaves_when_the_server_is_back_and_its_link_is_forgotten(db: PgPool) {
    let app = TestApp::new(db.clone());
    app.put_into_outbox("a@b.co").await;
    app.mailer.is_down.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(app.deliver_due().await, 0);
    app.mailer.is_down.store(false, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(app.deliver_due().await, 0, "not yet");
    app.clock.advance(TimeDelta::seconds(30));
    assert_eq!(app.deliver_due().await, 1);
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM mail_outbox").fetch_one(&db).await.expect("a count");
    assert_eq!(left, 0);
}
