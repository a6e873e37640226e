//! A login with the old password fails if the password changes in the meantime.

use serde_json::json;
use sqlx::PgPool;

use crate::support::{EMAIL, PASSWORD, TestApp};

/// The password changes after the login has verified it and before the session is inserted.
#[sqlx::test]
async fn login_racing_a_password_change_is_rejected(db: PgPool) {
    let app = TestApp::new(db.clone());
    app.register_verified(EMAIL).await;
    let mut change = huntaze_core::db::begin(&db).await.expect("a transaction");
    // Lock the row of the user, as a password reset does before it commits.
    sqlx::query("UPDATE users SET password_hash = 'changed'").execute(&mut *change).await.expect("updated");
    let mut intruder = app.anon_client().await;
    let login = tokio::spawn(async move { intruder.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD })).await.status });
    // Wait until the login blocks on the row lock.
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
