//! Malformed and hostile input is answered with a 4xx and the JSON error body, never with a 500.

use serde_json::json;
use sqlx::PgPool;

use crate::support::{Creator, EMAIL, TestApp};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

const ENDPOINTS: [&str; 33] = [
    "/api/auth/register",
    "/api/auth/login",
    "/api/auth/resend-verification",
    "/api/auth/verify-email",
    "/api/auth/forgot-password",
    "/api/auth/reset-password",
    "/api/auth/password-strength",
    "/api/auth/change-password",
    "/api/auth/sessions/revoke",
    "/api/account/profile",
    "/api/account/delete",
    "/api/onboarding/step",
    "/api/onboarding/complete",
    "/api/ai/generate-caption",
    "/api/ai/settings",
    "/api/ai/feedback",
    "/api/ai/chat",
    "/api/ai/chat/start",
    "/api/ai/chat/stream",
    "/api/ai/chat/stop",
    "/api/ai/conversations/rename",
    "/api/ai/conversations/delete",
    "/api/integrations/connect",
    "/api/integrations/refresh",
    "/api/integrations/disconnect",
    "/api/earnings/statements",
    "/api/earnings/statements/mapping",
    "/api/earnings/statements/import",
    "/api/earnings/statements/delete",
    "/api/earnings/daily-totals",
    "/api/earnings/partner/connect",
    "/api/earnings/partner/disconnect",
    "/api/earnings/daily-totals/delete",
];

#[sqlx::test]
async fn malformed_bodies_are_rejected_by_every_endpoint(db: PgPool) {
    let app = relaxed(db);
    let mut user_client = app.user_client("ada@example.com").await;
    let bodies: [(&str, &str, Vec<u8>); 11] = [
        ("malformed", JSON, b"{\"email\":".to_vec()),
        ("empty", JSON, Vec::new()),
        ("a list", JSON, b"[1,2]".to_vec()),
        ("a text", JSON, b"\"text\"".to_vec()),
        ("deeply nested", JSON, "[".repeat(30_000).into_bytes()),
        ("nested objects", JSON, format!("{}1{}", "{\"email\":".repeat(5000), "}".repeat(5000)).into_bytes()),
        ("object for a string", JSON, br#"{"email":{"a":1},"password":{"a":1},"token":{"a":1},"name":{"a":1},"step":{"a":1}}"#.to_vec()),
        ("list for a string", JSON, br#"{"email":["a"],"password":["a"],"token":["a"],"name":["a"],"step":["a"]}"#.to_vec()),
        ("invalid UTF-8", JSON, b"{\"email\":\"\xff\xfe\"}".to_vec()),
        ("invalid UTF-8 in a form", FORM, b"email=%ff%fe&password=%ff&token=%ff".to_vec()),
        ("NUL", FORM, b"email=a%00b%40c.de&password=%00%00%00%00%00%00%00%00&token=%00".to_vec()),
    ];
    for endpoint in ENDPOINTS {
        for (name, content_type, body) in &bodies {
            let answer = user_client.post_raw(endpoint, content_type, body.clone()).await;
            assert!(answer.status.is_client_error(), "{endpoint}, {name}: {} {}", answer.status, answer.body);
            assert!(["invalid_input", "not_found"].contains(&answer.code().as_str()), "{endpoint}, {name}: {}", answer.error());
        }
    }
}

#[sqlx::test]
async fn oversized_body_returns_413_with_and_without_length(db: PgPool) {
    let app = relaxed(db);
    let mut anon_client = app.anon_client().await;
    let large = "x".repeat(64 * 1024 + 1);
    assert_eq!(anon_client.post_raw("/api/auth/login", FORM, large.clone()).await.expect_status(413).code(), "payload_too_large");
    let stream =
        futures::stream::iter(large.into_bytes().chunks(1000).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec())).collect::<Vec<_>>());
    let body = axum::body::Body::from_stream(stream);
    assert_eq!(anon_client.post_raw("/api/auth/login", FORM, body).await.expect_status(413).code(), "payload_too_large");
}

/// The guards of pages compare paths as they are, so nothing else may reach a page.
#[sqlx::test]
async fn other_spellings_of_a_path_draw_no_page(db: PgPool) {
    let app = relaxed(db);
    let mut anon_client = app.client();
    for uri in ["/home/.", "/./home", "/%2e/home", "/home/%2e", "/x/../home", "/x/%2e%2e/home", "/home%2f", "/HOME", "/home;x", "/%68ome"] {
        let answer = anon_client.page(uri).await;
        assert!(answer.status != 200 && !answer.body.contains("aria-label=\"Pages\""), "{uri}: {}", answer.status);
    }
}

#[sqlx::test]
async fn malformed_paths_never_return_500(db: PgPool) {
    let app = relaxed(db);
    let mut anon_client = app.client();
    for uri in ["//evil.example", "//", "///login"] {
        assert_eq!(anon_client.get(uri).await.expect_status(400).code(), "invalid_input", "{uri}");
    }
    for uri in [
        "/%00",
        "/%ff",
        "/login/%2e%2e/%2e%2e/etc/passwd",
        "/pkg/../Cargo.toml",
        "/pkg/%2e%2e/%2e%2e/Cargo.toml",
        "/login?next=%ff%00",
        "/verify-email?token=%ff",
    ] {
        let answer = anon_client.page(uri).await;
        assert!(answer.status.as_u16() < 500, "{uri}: {}", answer.status);
        assert!(!answer.body.contains("[package]"), "{uri}");
    }
}

#[sqlx::test]
async fn malformed_queries_never_return_500(db: PgPool) {
    let app = relaxed(db.clone());
    let mut user_client = Creator::new(EMAIL).admin().sign_in(&app).await;
    for uri in [
        "/api/ai/conversations?search=%00a%07",
        "/api/ai/conversations?page=4294967295",
        "/api/admin/ai-costs?email=%00&model=%00&page=x",
        "/api/admin/ai-costs.csv?email=%00",
        "/api/admin/ai-costs?firstDay=-9999-01-01&lastDay=-9999-01-01",
        "/api/ai/conversations/x/stream?after=-9223372036854775808",
        "/api/ai/conversation?id=%00",
        "/api/ai/report?operation=analyze&id=%00",
    ] {
        let answer = user_client.get(uri).await;
        assert!(answer.status.as_u16() < 500, "{uri}: {} {}", answer.status, answer.body);
    }
}

#[sqlx::test]
async fn malformed_cookies_are_unauthenticated(db: PgPool) {
    let app = relaxed(db);
    for value in ["", "x", "%00", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "\"quoted\""] {
        let mut anon_client = app.client();
        anon_client.cookies.insert("huntaze_session".to_owned(), value.to_owned());
        anon_client.cookies.insert("huntaze_csrf".to_owned(), value.to_owned());
        anon_client.cookies.insert("huntaze_flash".to_owned(), value.to_owned());
        anon_client.get("/api/auth/session").await.expect_status(401);
        anon_client.page("/login").await.expect_status(200);
        anon_client.post("/api/auth/login", json!({})).await;
    }
}

fn relaxed(db: PgPool) -> TestApp {
    let mut config = huntaze_core::config::Config::for_tests().expect("a valid configuration");
    config.limits.auth = 10_000;
    config.limits.per_user = 10_000;
    TestApp::with_config(db, config)
}
