//! Authentication without JavaScript: forms and redirects only.

use sqlx::PgPool;

use crate::support::{EMAIL, PASSWORD, TestApp};

#[sqlx::test]
async fn forms_register_verify_login_and_logout(db: PgPool) {
    let app = TestApp::new(db);
    let mut browser = app.client();
    browser.page("/register").await.expect_status(200);
    let answer = browser.submit("/register", "/api/auth/register", &[("email", EMAIL), ("password", PASSWORD)]).await.expect_status(303);
    assert_eq!(answer.location(), "/verify-email");
    let page = browser.page("/verify-email").await;
    assert!(page.body.contains("Check your e-mail") && page.body.contains(EMAIL));

    let token = app.mailed_token(EMAIL).await;
    let page = browser.page(&format!("/verify-email?token={token}")).await;
    assert!(page.body.contains("Verify e-mail"));
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let answer =
        browser.submit(&format!("/verify-email?token={token}"), "/api/auth/verify-email", &[("token", &token)]).await.expect_status(303);
    assert_eq!(answer.location(), "/login?reason=verified");

    let answer = browser
        .submit("/login", "/api/auth/login", &[("email", EMAIL), ("password", PASSWORD), ("rememberMe", "on"), ("next", "")])
        .await
        .expect_status(303);
    assert_eq!(answer.location(), "/onboarding/step-1");
    assert!(browser.page("/settings").await.expect_status(200).body.contains(EMAIL));
    let answer = browser.submit("/home", "/api/auth/logout", &[]).await.expect_status(303);
    assert_eq!(answer.location(), "/login?reason=signed-out");
    assert_eq!(browser.page("/home").await.expect_status(303).location(), "/login?next=/home");
}

#[sqlx::test]
async fn form_error_keeps_input_except_password(db: PgPool) {
    let app = TestApp::new(db);
    let mut browser = app.client();
    browser.page("/register").await;
    let answer =
        browser.submit("/register", "/api/auth/register", &[("email", "half@an-address"), ("password", "s3cret")]).await.expect_status(303);
    assert_eq!(answer.location(), "/register");
    assert!(!browser.cookies["huntaze_flash"].contains("s3cret"));
    let page = browser.page("/register").await;
    assert!(page.body.contains("half@an-address") && page.body.contains("Use at least 8 characters."));
    assert!(!page.body.contains("s3cret"));
    assert!(!browser.cookies.contains_key("huntaze_flash"), "the flash message is shown once");
    assert!(!browser.page("/register").await.body.contains("half@an-address"));
}

#[sqlx::test]
async fn login_form_explains_wrong_password_and_invalid_token(db: PgPool) {
    let app = TestApp::new(db);
    let mut browser = app.client();
    browser.page("/login").await;
    browser.submit("/login", "/api/auth/login", &[("email", EMAIL), ("password", "wrong wrong")]).await.expect_status(303);
    assert!(browser.page("/login").await.body.contains("E-mail or password is not right."));
    browser.cookies.remove("huntaze_csrf");
    let answer = browser.submit("/login", "/api/auth/login", &[("email", EMAIL), ("password", "wrong wrong")]).await.expect_status(303);
    assert_eq!(answer.location(), "/login");
    assert!(browser.page("/login").await.body.contains("This page was open for too long."));
}

#[sqlx::test]
async fn forms_reset_password(db: PgPool) {
    let app = TestApp::new(db);
    app.register_verified(EMAIL).await;
    let mut browser = app.client();
    browser.page("/forgot-password").await;
    let answer = browser.submit("/forgot-password", "/api/auth/forgot-password", &[("email", EMAIL)]).await.expect_status(303);
    assert_eq!(answer.location(), "/forgot-password");
    assert!(browser.page("/forgot-password").await.body.contains("If an account exists, a mail is on its way."));
    let token = app.mailed_token(EMAIL).await;
    let page = browser.page(&format!("/reset-password?token={token}")).await;
    assert!(page.body.contains("New password"));
    let answer = browser
        .submit(&format!("/reset-password?token={token}"), "/api/auth/reset-password", &[("token", &token), ("password", "short")])
        .await
        .expect_status(303);
    assert_eq!(answer.location(), format!("/reset-password?token={token}"));
    let answer = browser
        .submit(
            &format!("/reset-password?token={token}"),
            "/api/auth/reset-password",
            &[("token", &token), ("password", "violet-engine-sunday")],
        )
        .await
        .expect_status(303);
    assert_eq!(answer.location(), "/login?reason=password-changed");
}

#[sqlx::test]
async fn resend_form_confirms_new_link(db: PgPool) {
    let app = TestApp::new(db);
    let mut browser = app.client();
    browser.page("/register").await;
    browser.submit("/register", "/api/auth/register", &[("email", EMAIL), ("password", PASSWORD)]).await.expect_status(303);
    let token = app.mailed_token(EMAIL).await;
    app.clock.advance(chrono::TimeDelta::hours(25));
    let mut elsewhere = app.client();
    elsewhere.page(&format!("/verify-email?token={token}")).await;
    let answer = elsewhere
        .submit(&format!("/verify-email?token={token}"), "/api/auth/resend-verification", &[("token", &token)])
        .await
        .expect_status(303);
    assert_eq!(answer.location(), "/verify-email");
    assert!(elsewhere.page("/verify-email").await.body.contains("A new link is on its way to your mailbox."));
    let mut third = app.client();
    third.page("/login").await;
    let answer = third.submit("/verify-email", "/api/auth/resend-verification", &[("email", EMAIL)]).await.expect_status(303);
    assert!(third.page(answer.location()).await.body.contains("a new mail is on its way"));
}

#[sqlx::test]
async fn failed_login_keeps_next_and_logout_requires_token(db: PgPool) {
    let app = TestApp::new(db);
    app.register_verified(EMAIL).await;
    let mut browser = app.client();
    browser.page("/login?next=/settings").await;
    browser
        .submit("/login?next=/settings", "/api/auth/login", &[("email", EMAIL), ("password", "wrong wrong"), ("next", "/settings")])
        .await
        .expect_status(303);
    assert!(browser.page("/login").await.body.contains("value=\"/settings\""));
    browser
        .submit("/login", "/api/auth/login", &[("email", EMAIL), ("password", PASSWORD), ("next", "/settings")])
        .await
        .expect_status(303);
    browser.cookies.remove("huntaze_csrf");
    let answer = browser.submit("/home", "/api/auth/logout", &[]).await.expect_status(303);
    assert_eq!(answer.location(), "/home");
    assert!(browser.page("/home").await.expect_status(200).body.contains("This page was open for too long."));
}

#[sqlx::test]
async fn form_whose_body_is_too_long_leads_back_to_the_referring_page(db: PgPool) {
    let app = TestApp::new(db);
    let mut browser = app.client();
    browser.page("/register").await;
    browser.headers.insert("referer", "https://huntaze.example/register?from=beta".to_owned());
    let email = "a".repeat(100_000);
    let answer = browser.submit("/register", "/api/auth/register", &[("email", &email), ("password", PASSWORD)]).await.expect_status(303);
    assert_eq!(answer.location(), "/register?from=beta");
    assert!(browser.page(answer.location()).await.body.contains("more than we can take"));
    browser.headers.insert("referer", "https://evil.example//evil.example/".to_owned());
    let answer = browser.submit("/register", "/api/auth/register", &[("email", &email), ("password", PASSWORD)]).await.expect_status(303);
    assert_eq!(answer.location(), "/home");
}
