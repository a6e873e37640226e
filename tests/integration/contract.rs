//! HTTP contract of all responses: error bodies and security headers. Endpoints are in `api_contract.rs`.

use std::io::Read;

use flate2::read::GzDecoder;
use http::{Method, header};
use serde_json::json;
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
        assert_eq!(answer.header("cache-control"), "no-store", "{uri}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{uri}");
        assert!(!answer.header("content-security-policy").contains("unsafe-inline"), "{uri}");
        assert_eq!(answer.header("x-request-id").len(), 32, "{uri}");
    }
    anon_client.headers.insert("x-request-id", "chosen-by-the-client".to_owned());
    assert_ne!(anon_client.get("/healthz").await.header("x-request-id"), "chosen-by-the-client");
}

#[sqlx::test]
async fn page_scripts_have_the_nonce_of_the_csp(db: PgPool) {
    let app = TestApp::new(db);
    let page = app.client().page("/login").await;
    let policy = page.header("content-security-policy").to_owned();
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce");
    let scripts = page.body.matches("<script").count();
    assert!(scripts > 0);
    assert_eq!(page.body.matches(&format!("nonce=\"{nonce}\"")).count(), scripts, "{}", page.body);
}

#[sqlx::test]
async fn text_is_compressed_as_the_client_accepts(db: PgPool) {
    let (_app, _sandbox, mut user_client, _) = TestApp::with_account(db).await;
    let fetch = async |client: &mut Client, uri: &str| {
        let answer = if uri.starts_with("/api/") { client.get(uri).await } else { client.page(uri).await };
        answer.expect_status(200)
    };
    for uri in ["/home", "/api/home/stats", "/api/analytics/days.csv?range=7d"] {
        user_client.headers.remove("accept-encoding");
        let plain = fetch(&mut user_client, uri).await;
        assert!(!plain.headers.contains_key(header::CONTENT_ENCODING), "{uri}");
        for (accepted, encoding) in [("gzip", "gzip"), ("gzip, br", "br"), ("gzip, deflate, br, zstd", "zstd")] {
            user_client.headers.insert("accept-encoding", accepted.to_owned());
            let answer = fetch(&mut user_client, uri).await;
            assert_eq!(answer.header("content-encoding"), encoding, "{uri}");
            assert_eq!(answer.header("vary"), "accept-encoding", "{uri}");
            assert!(answer.bytes.len() < plain.bytes.len(), "{uri}: {} of {} bytes", answer.bytes.len(), plain.bytes.len());
        }
    }
    user_client.headers.remove("accept-encoding");
    let plain = user_client.get("/api/home/stats").await;
    user_client.headers.insert("accept-encoding", "gzip".to_owned());
    let compressed = user_client.get("/api/home/stats").await;
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
