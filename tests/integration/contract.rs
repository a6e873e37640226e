//! HTTP contract: endpoints, error bodies and security headers. A change to the list of endpoints changes the contract.

use http::Method;
use sqlx::PgPool;

use crate::support::TestApp;

#[sqlx::test]
async fn endpoint_list_matches_contract(_db: PgPool) {
    let mut endpoints: Vec<_> = server_fn::axum::server_fn_paths().map(|(path, method)| format!("{method} {path}")).collect();
    endpoints.sort();
    insta::assert_snapshot!(endpoints.join("\n"), @r"
    GET /api/admin/ai-costs
    GET /api/admin/connections
    GET /api/admin/jobs
    GET /api/ai/captions
    GET /api/ai/conversation
    GET /api/ai/conversations
    GET /api/ai/quota
    GET /api/ai/report
    GET /api/ai/settings
    GET /api/ai/status
    GET /api/ai/suggestions
    GET /api/analytics
    GET /api/analytics/posts
    GET /api/auth/pending-email
    GET /api/auth/reset-password
    GET /api/auth/session
    GET /api/auth/sessions
    GET /api/auth/verify-email
    GET /api/csrf/token
    GET /api/drafts
    GET /api/earnings
    GET /api/earnings/statement
    GET /api/home/stats
    GET /api/integrations/events
    GET /api/integrations/status
    GET /api/onboarding
    POST /api/account/delete
    POST /api/account/profile
    POST /api/admin/connections/dry-run
    POST /api/admin/jobs/dismiss
    POST /api/admin/jobs/retry
    POST /api/ai/analyze-performance
    POST /api/ai/chat
    POST /api/ai/chat/start
    POST /api/ai/chat/stop
    POST /api/ai/conversations/delete
    POST /api/ai/conversations/rename
    POST /api/ai/feedback
    POST /api/ai/generate-caption
    POST /api/ai/optimize-sales
    POST /api/ai/settings
    POST /api/auth/change-password
    POST /api/auth/forgot-password
    POST /api/auth/login
    POST /api/auth/logout
    POST /api/auth/password-strength
    POST /api/auth/register
    POST /api/auth/resend-verification
    POST /api/auth/reset-password
    POST /api/auth/sessions/revoke
    POST /api/auth/verify-email
    POST /api/drafts/create
    POST /api/drafts/delete
    POST /api/drafts/update
    POST /api/earnings/daily-totals
    POST /api/earnings/daily-totals/delete
    POST /api/earnings/partner/connect
    POST /api/earnings/partner/disconnect
    POST /api/earnings/statements/delete
    POST /api/earnings/statements/import
    POST /api/earnings/statements/mapping
    POST /api/integrations/connect
    POST /api/integrations/disconnect
    POST /api/integrations/refresh
    POST /api/onboarding/complete
    POST /api/onboarding/step
    ");
}

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
