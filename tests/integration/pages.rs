//! Server-rendered pages for anonymous and signed-in users.

use std::collections::BTreeSet;

use huntaze::http::router::page_routes;
use huntaze_domain::page::Page;
use sqlx::PgPool;

use crate::support::TestApp;

#[tokio::test]
async fn every_page_has_a_route_and_every_route_a_page() {
    let routes =
        page_routes().iter().map(|route| route.path().to_owned()).filter(|path| !path.starts_with("/dev/")).collect::<BTreeSet<_>>();
    let pages = Page::ALL.iter().map(|page| page.path().replace(":id", "{id}")).collect::<BTreeSet<_>>();
    assert_eq!(routes, pages);
}

#[sqlx::test]
async fn page_has_one_heading_main_title_and_description(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.client();
    for (uri, heading) in [
        ("/beta", "Reach and money on one screen"),
        ("/login", "Sign in"),
        ("/register", "Create your account"),
        ("/verify-email", "Verify your e-mail"),
        ("/forgot-password", "Reset your password"),
        ("/reset-password?token=x", "Reset your password"),
    ] {
        let body = anon_client.page(uri).await.expect_status(200).body;
        assert_page(&body, heading, uri);
    }
    let mut user_client = app.user_client("ada@example.com").await;
    for (uri, heading) in [
        ("/home", "Home"),
        ("/analytics", "Analytics"),
        ("/integrations", "Integrations"),
        ("/integrations/onlyfans", "OnlyFans earnings"),
        ("/settings", "Settings"),
        ("/onboarding/step-1", "What do you create?"),
        ("/onboarding/step-2", "Where do you publish?"),
        ("/onboarding/step-3", "What matters most?"),
    ] {
        assert_page(&user_client.page(uri).await.expect_status(200).body, heading, uri);
    }
}

#[track_caller]
fn assert_page(body: &str, heading: &str, uri: &str) {
    assert_eq!(body.matches("<h1").count(), 1, "{uri}");
    assert_eq!(body.matches("<main").count(), 1, "{uri}");
    assert!(body.contains(&format!("{heading}</h1>")), "{uri}: {body}");
    assert!(body.contains(&format!("<title>{heading} · Huntaze</title>")), "{uri}: {body}");
    assert!(body.contains("<meta name=\"description\""), "{uri}");
}

#[sqlx::test]
async fn pages_redirect_by_session_state(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.client();
    assert_eq!(anon_client.page("/").await.expect_status(303).location(), "/beta");
    assert_eq!(anon_client.page("/home?range=7d").await.expect_status(303).location(), "/login?next=/home%3Frange%3D7d");
    assert!(anon_client.page("/home").await.body.is_empty(), "the page is not rendered");
    let mut user_client = app.user_client("ada@example.com").await;
    assert_eq!(user_client.page("/").await.expect_status(303).location(), "/home");
    for page in ["/login", "/register", "/forgot-password"] {
        assert_eq!(user_client.page(page).await.expect_status(303).location(), "/home", "{page}");
    }
}

#[sqlx::test]
async fn legacy_paths_redirect_with_query(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.client();
    assert_eq!(anon_client.page("/auth/login?next=/home").await.expect_status(308).location(), "/login?next=/home");
    assert_eq!(anon_client.page("/auth/register").await.expect_status(308).location(), "/register");
    assert_eq!(anon_client.page("/auth/verify?token=x").await.expect_status(308).location(), "/verify-email?token=x");
}

#[sqlx::test]
async fn unknown_login_reason_is_not_rendered(db: PgPool) {
    let app = TestApp::new(db);
    let page =
        app.client().page("/login?reason=%3Cscript%3Ealert(1)%3C/script%3E&next=%22%3E%3Cscript%3Ealert(2)").await.expect_status(200);
    assert!(!page.body.contains("<script>alert"), "{}", page.body);
}

#[sqlx::test]
async fn readiness_fails_without_migration_or_database(db: PgPool) {
    let app = TestApp::new(db.clone());
    let mut probe = app.client();
    probe.get("/healthz").await.expect_status(200);
    probe.get("/readyz").await.expect_status(200);
    sqlx::query("DELETE FROM _sqlx_migrations WHERE version = 2").execute(&db).await.expect("deleted");
    probe.get("/readyz").await.expect_status(503);
    db.close().await;
    probe.get("/readyz").await.expect_status(503);
    probe.get("/healthz").await.expect_status(200);
}

#[sqlx::test]
async fn database_outage_shows_error_page_with_request_id(db: PgPool) {
    let app = TestApp::new(db.clone());
    let mut user_client = app.user_client("ada@example.com").await;
    db.close().await;
    let page = user_client.page("/home").await.expect_status(503);
    assert!(page.body.contains("Something went wrong") && page.body.contains("Retry"));
    assert!(page.body.contains(page.header("x-request-id")), "{}", page.body);
    assert_eq!(user_client.get("/api/auth/session").await.expect_status(503).code(), "unavailable");
}

#[sqlx::test]
async fn trailing_slash_redirects_to_canonical_url(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.client();
    assert_eq!(anon_client.page("/home/?range=7d").await.expect_status(308).location(), "/home?range=7d");
    assert_eq!(anon_client.page("/login/").await.expect_status(308).location(), "/login");
}
