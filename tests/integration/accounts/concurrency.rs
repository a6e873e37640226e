//! Concurrent requests and workers.

use serde_json::json;
use sqlx::PgPool;

use crate::support::{EMAIL, PASSWORD, TestApp};

#[sqlx::test]
async fn concurrent_registrations_create_one_user_and_one_link(db: PgPool) {
    let app = TestApp::new(db.clone());
    let (mut one, mut two) = (app.anon_client().await, app.anon_client().await);
    let (a, b) = tokio::join!(
        one.post("/api/auth/register", json!({ "email": EMAIL, "password": "first-good-password" })),
        two.post("/api/auth/register", json!({ "email": "ADA@example.com", "password": "second-good-password" })),
    );
    a.expect_status(202);
    b.expect_status(202);
    let accounts: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&db).await.expect("a count");
    let links: i64 = sqlx::query_scalar("SELECT count(*) FROM email_tokens").fetch_one(&db).await.expect("a count");
    assert_eq!((accounts, links), (1, 1));
}

#[sqlx::test]
async fn concurrent_resets_with_one_link_succeed_once(db: PgPool) {
    let app = TestApp::new(db);
    app.register_verified(EMAIL).await;
    app.anon_client().await.post("/api/auth/forgot-password", json!({ "email": EMAIL })).await.expect_status(202);
    let token = app.mailed_token(EMAIL).await;
    let uses = (0..5).map(|number| {
        let (app, token) = (&app, &token);
        async move {
            let password = format!("contender-number-{number}");
            let answer = app.anon_client().await.post("/api/auth/reset-password", json!({ "token": token, "password": password })).await;
            (answer.status.as_u16(), password)
        }
    });
    let outcomes = futures::future::join_all(uses).await;
    let winners: Vec<_> = outcomes.iter().filter(|(status, _)| *status == 200).collect();
    assert_eq!(winners.len(), 1, "{outcomes:?}");
    assert!(outcomes.iter().all(|(status, _)| matches!(status, 200 | 410)), "{outcomes:?}");
    app.anon_client().await.post("/api/auth/login", json!({ "email": EMAIL, "password": winners[0].1 })).await.expect_status(200);
}

#[sqlx::test]
async fn concurrent_verifications_of_one_link_both_succeed(db: PgPool) {
    let app = TestApp::new(db);
    let (mut one, mut two) = (app.anon_client().await, app.anon_client().await);
    one.post("/api/auth/register", json!({ "email": EMAIL, "password": PASSWORD })).await.expect_status(202);
    let token = app.mailed_token(EMAIL).await;
    let (a, b) = tokio::join!(
        one.post("/api/auth/verify-email", json!({ "token": token })),
        two.post("/api/auth/verify-email", json!({ "token": token })),
    );
    let mut outcomes = [a.expect_status(200).json()["status"].clone(), b.expect_status(200).json()["status"].clone()];
    outcomes.sort_by_key(ToString::to_string);
    assert_eq!(outcomes, ["already_used", "valid"]);
}

#[sqlx::test]
async fn concurrent_workers_send_each_mail_once(db: PgPool) {
    let app = TestApp::new(db);
    for number in 0..10 {
        app.put_into_outbox(&format!("creator{number}@example.com")).await;
    }
    tokio::join!(app.deliver_due(), app.deliver_due());
    assert!((0..10).all(|number| app.mailer.count_to(&format!("creator{number}@example.com")) == 1));
}
