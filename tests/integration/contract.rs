//! HTTP contract of all responses: error bodies and security headers. Endpoints are in `api_contract.rs`.

use std::io::Read;

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::read::GzDecoder;
use http::{Method, header};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use crate::support::{Client, TestApp};

#[sqlx::test]
async fn not_found_is_json_under_api_and_html_elsewhere(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.anon_client().await;
    for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
        let answer = anon_client.request(method, "/api/nothing/here").await.expect_status(404);
        assert_eq!(answer.code(), "not_found");
    }
    assert_eq!(anon_client.request(Method::DELETE, "/api/auth/login").await.expect_status(405).code(), "method_not_allowed");
    assert_eq!(anon_client.request(Method::POST, "/nothing").await.expect_status(404).code(), "not_found");
    let page = anon_client.page("/nothing/here").await.expect_status(404);
    assert!(page.body.contains("<h1>Page not found</h1>"), "{}", page.body);
}

#[sqlx::test]
async fn every_response_has_security_headers(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.client();
    for uri in ["/beta", "/login", "/api/csrf/token", "/api/nothing", "/nothing", "/pkg/nothing.js", "/healthz"] {
        let answer = anon_client.page(uri).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{uri}");
        let caching = match uri {
            "/beta" => "no-cache",
            "/login" | "/nothing" => "private, no-cache",
            _ => "no-store",
        };
        assert_eq!(answer.header("cache-control"), caching, "{uri}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{uri}");
        assert!(!answer.header("content-security-policy").contains("unsafe-inline"), "{uri}");
        assert_eq!(answer.header("x-request-id").len(), 32, "{uri}");
    }
    anon_client.headers.insert("x-request-id", "chosen-by-the-client".to_owned());
    assert_ne!(anon_client.get("/healthz").await.header("x-request-id"), "chosen-by-the-client");
}

#[sqlx::test]
async fn inline_scripts_of_a_page_are_those_of_the_csp(db: PgPool) {
    let app = TestApp::new(db);
    // What to fetch in advance and how fast the page was are on every page, the loader on those with islands.
    for (uri, scripts) in [("/login", 3), ("/beta", 2), ("/no/such/page", 2)] {
        let page = app.client().page(uri).await;
        let policy = page.header("content-security-policy").to_owned();
        let found: Vec<_> =
            page.body.split("<script").skip(1).filter_map(|rest| rest.split_once('>')?.1.split("</script>").next()).collect();
        assert_eq!(found.len(), scripts, "{uri}: {}", page.body);
        for script in found {
            assert!(policy.contains(&format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script)))), "{policy}: {script}");
        }
    }
}

#[sqlx::test]
async fn text_is_compressed_as_the_client_accepts(db: PgPool) {
    let (_app, _sandbox, mut user_client, _) = TestApp::with_account(db).await;
    let fetch = async |client: &mut Client, uri: &str| {
        let answer = if uri.starts_with("/api/") { client.get(uri).await } else { client.page(uri).await };
        answer.expect_status(200)
    };
    for uri in ["/home", "/api/analytics", "/api/analytics/days.csv?range=90d"] {
        user_client.headers.remove("accept-encoding");
        let plain = fetch(&mut user_client, uri).await;
        assert!(!plain.headers.contains_key(header::CONTENT_ENCODING), "{uri}");
        for (accepted, encoding) in [("gzip", "gzip"), ("gzip, br", "br"), ("gzip, deflate, br, zstd", "zstd")] {
            user_client.headers.insert("accept-encoding", accepted.to_owned());
            let answer = fetch(&mut user_client, uri).await;
            assert_eq!(answer.header("content-encoding"), encoding, "{uri}");
            assert!(answer.headers.get_all(header::VARY).iter().any(|name| name == "accept-encoding"), "{uri}");
            assert!(answer.bytes.len() < plain.bytes.len(), "{uri}: {} of {} bytes", answer.bytes.len(), plain.bytes.len());
        }
    }
    user_client.headers.insert("accept-encoding", "gzip".to_owned());
    let short = user_client.get("/api/home/stats").await;
    assert!(!short.headers.contains_key(header::CONTENT_ENCODING), "{} bytes fit into a packet as they are", short.bytes.len());
    user_client.headers.remove("accept-encoding");
    let plain = user_client.get("/api/analytics").await;
    user_client.headers.insert("accept-encoding", "gzip".to_owned());
    let compressed = user_client.get("/api/analytics").await;
    let mut text = String::new();
    GzDecoder::new(&*compressed.bytes).read_to_string(&mut text).expect("gzip");
    assert_eq!(text, plain.body);
}

#[sqlx::test]
async fn event_streams_are_not_compressed(db: PgPool) {
    let (_app, _sandbox, mut user_client, _) = TestApp::with_account(db).await;
    user_client.headers.insert("accept-encoding", "gzip, br, zstd".to_owned());
    let stream = user_client.post("/api/ai/chat/stream", json!({ "message": "How are my views?" })).await.expect_status(200);
    assert_eq!(stream.header("content-type"), "text/event-stream");
    assert!(!stream.headers.contains_key(header::CONTENT_ENCODING) && stream.body.contains("event: done"), "{}", stream.body);
}

#[sqlx::test]
async fn unchanged_answer_is_304(db: PgPool) {
    let (app, _sandbox, mut user_client, _) = TestApp::with_account(db).await;
    for uri in ["/api/home/stats", "/api/analytics?range=7d", "/api/analytics/posts"] {
        let first = user_client.get(uri).await.expect_status(200);
        assert_eq!(first.header("cache-control"), "private, no-cache", "{uri}");
        user_client.headers.insert("if-none-match", first.header("etag").to_owned());
        let again = user_client.get(uri).await.expect_status(304);
        assert!(again.body.is_empty(), "{uri}");
        user_client.headers.insert("if-none-match", "W/\"another\"".to_owned());
        assert_eq!(user_client.get(uri).await.expect_status(200).body, first.body, "{uri}");
        user_client.headers.remove("if-none-match");
    }
    let mut anon_client = app.client();
    let landing = anon_client.page("/beta").await.expect_status(200);
    anon_client.headers.insert("if-none-match", landing.header("etag").to_owned());
    assert!(anon_client.page("/beta").await.expect_status(304).body.is_empty());
}

#[sqlx::test]
async fn shared_page_has_the_token_of_its_visitor(db: PgPool) {
    let app = TestApp::new(db);
    let (first, second) = (app.client().page("/login").await, app.client().page("/login").await);
    let token =
        |page: &str| page.split("name=\"_csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a token").to_owned();
    assert!(token(&first.body).len() > 20 && token(&first.body) != token(&second.body), "{}", first.body);
    assert!(first.header("set-cookie").contains(&token(&first.body)));
    assert_eq!(first.header("vary"), "*");
    assert!(app.client().page("/login?reason=ended").await.body.contains("Your session has ended."));
}
