//! Somebody with the old password does not get past a new one.

use serde_json::json;
use sqlx::PgPool;

use crate::support::{EMAIL, PASSWORD, TestApp};

/// The password changes while a login is between its check and its session.
#[sqlx::test]
async fn a_login_that_was_checked_before_a_change_opens_no_session(db: PgPool) {
    let app = TestApp::new(db.clone());
    app.register_verified(EMAIL).await;
    let mut change = db.begin().await.expect("a transaction");
    // Holds the account, as a reset does that is about to commit.
    sqlx::query("UPDATE users SET password_hash = 'changed'").execute(&mut *change).await.expect("updated");
    let mut intruder = app.visitor().await;
    let login = tokio::spawn(async move { intruder.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD })).await.status });
    // Until the login waits for the account.
    while waiting(&db).await == 0 {
        tokio::task::yield_now().await;
    }
    change.commit().await.expect("committed");
    assert_eq!(login.await.expect("no panic").as_u16(), 401);
    let sessions: i64 = sqlx::query_scalar("SELECT count(*) FROM sessions").fetch_one(&db).await.expect("a count");
    assert_eq!(sessions, 0);
}

async fn waiting(db: &PgPool) -> i64 {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    sqlx::query_scalar(waiting).fetch_one(db).await.expect("a count")
}
