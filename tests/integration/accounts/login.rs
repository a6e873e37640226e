use chrono::TimeDelta;
use insta::assert_json_snapshot;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{EMAIL, PASSWORD, TestApp};

#[sqlx::test]
async fn login_with_correct_password_creates_session(db: PgPool) {
    let app = TestApp::new(db);
    app.register_verified(EMAIL).await;
    let mut anon_client = app.anon_client().await;
    let before = anon_client.csrf();
    let answer = anon_client.post("/api/auth/login", json!({ "email": "ADA@example.com", "password": PASSWORD })).await.expect_status(200);
    assert_json_snapshot!(answer.json(), @r#"
    {
      "status": "signed_in"
    }
    "#);
    assert_eq!(answer.location(), "/onboarding/step-1");
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().expect("text")).collect();
    let session = cookies.iter().find(|cookie| cookie.starts_with("huntaze_session=")).expect("a session");
    assert!(session.ends_with("; HttpOnly; SameSite=Lax; Path=/; Max-Age=86400"), "{session}");
    assert_ne!(anon_client.csrf(), before, "login issues a new CSRF token");
    let user = anon_client.get("/api/auth/session").await.expect_status(200).json();
    assert_json_snapshot!(user, { ".id" => "[id]" }, @r#"
    {
      "email": "ada@example.com",
      "id": "[id]",
      "name": null,
      "plan": "FREE",
      "role": "USER"
    }
    "#);
}

#[sqlx::test]
async fn remember_me_extends_session_to_thirty_days(db: PgPool) {
    let app = TestApp::new(db);
    app.register_verified(EMAIL).await;
    let (mut forgetful, mut remembered) = (app.anon_client().await, app.anon_client().await);
    forgetful.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD })).await.expect_status(200);
    remembered.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD, "rememberMe": true })).await.expect_status(200);
    app.clock.advance(TimeDelta::hours(24));
    forgetful.get("/api/auth/session").await.expect_status(401);
    remembered.get("/api/auth/session").await.expect_status(200);
    app.clock.advance(TimeDelta::days(29));
    remembered.get("/api/auth/session").await.expect_status(401);
}

#[sqlx::test]
async fn login_failure_does_not_reveal_known_addresses(db: PgPool) {
    let app = TestApp::new(db);
    app.register_verified(EMAIL).await;
    let mut anon_client = app.anon_client().await;
    let wrong = anon_client.post("/api/auth/login", json!({ "email": EMAIL, "password": "not the password" })).await.expect_status(401);
    let unknown =
        anon_client.post("/api/auth/login", json!({ "email": "nobody@example.com", "password": PASSWORD })).await.expect_status(401);
    assert_eq!(wrong.error(), unknown.error());
    assert_json_snapshot!(wrong.error(), @r#"
    {
      "code": "invalid_credentials",
      "error": "E-mail or password is not right.",
      "requestId": "[id]"
    }
    "#);
}

#[sqlx::test]
async fn unverified_address_is_reported_after_correct_password_only(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.anon_client().await;
    anon_client.post("/api/auth/register", json!({ "email": EMAIL, "password": PASSWORD })).await.expect_status(202);
    let wrong = anon_client.post("/api/auth/login", json!({ "email": EMAIL, "password": "not the password" })).await.expect_status(401);
    assert_eq!(wrong.code(), "invalid_credentials");
    let right = anon_client.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD })).await.expect_status(403);
    assert_eq!(right.code(), "email_not_verified");
    assert!(!anon_client.is_signed_in());
}

#[sqlx::test]
async fn login_redirects_to_next_unless_external(db: PgPool) {
    let app = TestApp::new(db);
    app.register_verified(EMAIL).await;
    for (next, location) in [("/home?range=7d", "/home?range=7d"), ("https://evil.example/", "/home"), ("//evil.example", "/home")] {
        let mut anon_client = app.anon_client().await;
        let answer =
            anon_client.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD, "next": next })).await.expect_status(200);
        assert_eq!(answer.location(), location);
    }
}

#[sqlx::test]
async fn second_login_ends_previous_session_of_same_browser(db: PgPool) {
    let app = TestApp::new(db);
    let mut browser = app.user_client(EMAIL).await;
    let older = browser.clone();
    browser.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD })).await.expect_status(200);
    browser.get("/api/auth/session").await.expect_status(200);
    older.clone().get("/api/auth/session").await.expect_status(401);
}

#[sqlx::test]
async fn auth_events_are_audited_in_order(db: PgPool) {
    let app = TestApp::new(db.clone());
    app.user_client(EMAIL).await.post("/api/auth/logout", json!({})).await.expect_status(200);
    app.anon_client().await.post("/api/auth/login", json!({ "email": EMAIL, "password": "not the password" })).await.expect_status(401);
    let kinds: Vec<String> = sqlx::query_scalar("SELECT kind FROM audit_events ORDER BY id").fetch_all(&db).await.expect("rows");
    assert_eq!(kinds, ["registered", "email_verified", "login_succeeded", "logged_out", "login_failed"]);
}

/// A hash from before passwords were normalized is accepted for the text as it was typed then, and replaced.
#[sqlx::test]
async fn hash_of_password_as_typed_is_replaced_at_login(db: PgPool) {
    let app = TestApp::new(db.clone());
    app.register_verified(EMAIL).await;
    // Of "Zoe\u{308} rides 12 horses", not normalized.
    let before = "$argon2id$v=19$m=8,t=1,p=1$+5MAAlUbIK1/TBkIHm8sfQ$V+rLm3vcFcLIGMULErgLl23jO78BB/RTFJSmBnHrXjw";
    sqlx::query("UPDATE users SET password_hash = $1").bind(before).execute(&db).await.expect("updated");
    let login = async |password: &str| {
        let mut anon_client = app.anon_client().await;
        anon_client.post("/api/auth/login", json!({ "email": EMAIL, "password": password })).await
    };
    login("Zoë rides 12 horses").await.expect_status(401);
    login("Zoe\u{308} rides 12 horses").await.expect_status(200);
    let after: String = sqlx::query_scalar("SELECT password_hash FROM users").fetch_one(&db).await.expect("a hash");
    assert_ne!(after, before);
    for typed in ["Zoë rides 12 horses", "Zoe\u{308} rides 12 horses", "Zoë rides １２\u{a0}horses"] {
        login(typed).await.expect_status(200);
    }
}
