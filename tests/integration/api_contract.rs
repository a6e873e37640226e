//! The contract of the API: every endpoint of every kind, with who may call it, the shape of a request and of its responses. A change of the
//! snapshot is a change for clients.

use std::{collections::BTreeSet, fmt::Write as _, fs};

use http::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Client, Creator, EMAIL, PASSWORD, Sandbox, TestApp, TestResponse};

const ADMIN: &str = "olga@example.com";
const NEW_PASSWORD: &str = "wednesday-lamp-orbit";
const STATEMENT: &str =
    "date,type,net_amount,currency\n2026-01-10 08:00:00,tip,4.00,USD\n2026-01-10 09:00:00,transfer,1.00,USD\nsoon,tip,4.00,USD\n";

/// Calls endpoints and writes down what they answer.
struct Contract {
    anonymous: Client,
    user: Client,
    admin: Client,
    text: String,
    seen: BTreeSet<String>,
}

impl Contract {
    async fn new(app: &TestApp) -> Self {
        let (user, admin) = (Creator::new(EMAIL).sign_in(app).await, Creator::new(ADMIN).admin().sign_in(app).await);
        Self { anonymous: app.anon_client().await, user, admin, text: String::new(), seen: BTreeSet::new() }
    }

    /// An endpoint for everybody.
    async fn public(&mut self, endpoint: &str, uri: &str, body: Option<Value>) -> TestResponse {
        self.begin(endpoint, uri, body.as_ref());
        let answer = call(&mut self.anonymous, endpoint, uri, body).await;
        self.note("anyone", &answer);
        answer
    }

    /// An endpoint for users with a session.
    async fn user(&mut self, endpoint: &str, uri: &str, body: Option<Value>) -> TestResponse {
        self.begin(endpoint, uri, body.as_ref());
        self.anonymous_is_refused(endpoint, uri, body.as_ref()).await;
        let answer = call(&mut self.user, endpoint, uri, body).await;
        self.note("user", &answer);
        answer
    }

    /// An endpoint for admins.
    async fn admin(&mut self, endpoint: &str, uri: &str, body: Option<Value>) {
        self.begin(endpoint, uri, body.as_ref());
        self.anonymous_is_refused(endpoint, uri, body.as_ref()).await;
        let answer = call(&mut self.user, endpoint, uri, body.clone()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{endpoint}: {}", answer.body);
        self.note("user", &answer);
        let answer = call(&mut self.admin, endpoint, uri, body).await;
        self.note("admin", &answer);
    }

    async fn anonymous_is_refused(&mut self, endpoint: &str, uri: &str, body: Option<&Value>) {
        let answer = call(&mut self.anonymous, endpoint, uri, body.cloned()).await;
        assert!(!answer.status.is_success(), "{endpoint}: {}", answer.body);
        self.note("anonymous", &answer);
    }

    /// What an endpoint answers to invalid input; after the call that shows what it is for.
    async fn invalid(&mut self, endpoint: &str, uri: &str, body: Option<Value>) {
        let answer = call(&mut self.user, endpoint, uri, body).await;
        self.note("user, invalid input", &answer);
    }

    fn begin(&mut self, endpoint: &str, uri: &str, body: Option<&Value>) {
        self.seen.insert(endpoint.to_owned());
        let query = uri
            .split_once('?')
            .map(|(_, query)| query.split('&').map(|field| field.split('=').next().unwrap_or_default()).collect::<Vec<_>>().join(", "));
        let _ = write!(self.text, "\n{endpoint}{}\n", query.map_or_else(String::new, |query| format!(" ?{query}")));
        if let Some(body) = body {
            let _ = writeln!(self.text, "  request: {}", shape(body));
        }
    }

    fn note(&mut self, who: &str, answer: &TestResponse) {
        let status = answer.status.as_u16();
        let content_type = answer.header("content-type").split(';').next().unwrap_or_default().to_owned();
        let what = match content_type.as_str() {
            _ if answer.status.is_redirection() => format!("Location: {}", without_ids(answer.location())),
            "application/json" => match serde_json::from_str::<Value>(&answer.body).expect("JSON") {
                body if !answer.status.is_success() => {
                    let fields = body["fields"].as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>().join(", "));
                    format!(
                        "{}{}",
                        body["code"].as_str().expect("a code"),
                        fields.map_or_else(String::new, |fields| format!(" ({fields})"))
                    )
                }
                body => shape(&body),
            },
            "text/csv" => format!("text/csv: {}", answer.body.lines().next().unwrap_or_default()),
            "text/event-stream" => format!("text/event-stream: {}", events(&answer.body)),
            "" => "empty".to_owned(),
            other => other.to_owned(),
        };
        let _ = writeln!(self.text, "  {who}: {status} {what}");
    }
}

async fn call(client: &mut Client, endpoint: &str, uri: &str, body: Option<Value>) -> TestResponse {
    match (endpoint.split_once(' ').expect("a method").0, body) {
        ("GET", _) => client.get(uri).await,
        ("POST", body) => client.post(uri, body.unwrap_or_else(|| json!({}))).await,
        ("DELETE", _) => client.request(Method::DELETE, uri).await,
        (method, _) => panic!("{method}"),
    }
}

/// Types in the place of values; an array as its first element; keys that are ids as `[id]`.
fn shape(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "boolean".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::Array(items) => format!("[{}]", items.first().map_or_else(String::new, shape)),
        Value::Object(fields) => {
            format!("{{{}}}", fields.iter().map(|(name, value)| format!("{name}: {}", shape(value))).collect::<Vec<_>>().join(", "))
        }
    }
}

/// Kind and shape of each event, once.
fn events(stream: &str) -> String {
    let mut kinds = Vec::new();
    let mut name = "";
    for line in stream.lines() {
        if let Some(event) = line.strip_prefix("event: ") {
            name = event;
        } else if let Some(data) = line.strip_prefix("data: ") {
            let kind = format!("{name} {}", shape(&serde_json::from_str(data).expect("JSON")));
            if !kinds.iter().any(|known: &String| known.split(' ').next() == kind.split(' ').next()) {
                kinds.push(kind);
            }
        }
    }
    kinds.join(" | ")
}

fn without_ids(location: &str) -> String {
    location
        .split(['=', '&', '/', '?'])
        .filter(|part| part.parse::<uuid::Uuid>().is_ok())
        .fold(location.to_owned(), |text, id| text.replace(id, "[id]"))
}

fn id_of(answer: &TestResponse) -> String {
    answer.json()["id"].as_str().unwrap_or_else(|| panic!("an id: {}", answer.body)).to_owned()
}

/// Every endpoint: server functions, and the plain handlers below `/api` in the router.
fn all_endpoints() -> BTreeSet<String> {
    let functions = server_fn::axum::server_fn_paths().map(|(path, method)| format!("{method} {path}"));
    let router = fs::read_to_string("src/http/router.rs").expect("readable");
    let plain = router.lines().filter_map(|line| {
        let (path, handler) = line.trim().strip_prefix(".route(")?.split_once(", ")?;
        let path = if path == "UPLOAD_PATH" { huntaze_domain::earnings::UPLOAD_PATH } else { path.trim_matches('"') };
        let method = handler.split('(').next()?.to_uppercase();
        (path.starts_with("/api/") && method != "ANY").then(|| format!("{method} {path}"))
    });
    functions.chain(plain).collect()
}

#[sqlx::test]
async fn every_endpoint_keeps_its_contract(db: PgPool) {
    huntaze_core::db::migrate(&db).await.expect("the queue's tables");
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut contract = Contract::new(&app).await;
    accounts(&mut contract, &app).await;
    onboarding(&mut contract).await;
    integrations(&mut contract, &app, &sandbox).await;
    metrics(&mut contract).await;
    earnings(&mut contract, &app).await;
    content(&mut contract).await;
    assistant(&mut contract).await;
    admins(&mut contract).await;
    end_of_account(&mut contract, &app).await;
    let all = all_endpoints();
    assert_eq!(contract.seen, all, "every endpoint is called");
    insta::assert_snapshot!(contract.text);
}

async fn accounts(contract: &mut Contract, app: &TestApp) {
    let grace = "grace@example.com";
    contract.public("GET /api/csrf/token", "/api/csrf/token", None).await;
    contract.public("POST /api/auth/register", "/api/auth/register", Some(json!({ "email": grace, "password": PASSWORD }))).await;
    contract.public("GET /api/auth/pending-email", "/api/auth/pending-email", None).await;
    contract.public("POST /api/auth/resend-verification", "/api/auth/resend-verification", Some(json!({ "email": grace }))).await;
    let token = app.mailed_token(grace).await;
    contract.public("GET /api/auth/verify-email", &format!("/api/auth/verify-email?token={token}"), None).await;
    contract.public("POST /api/auth/verify-email", "/api/auth/verify-email", Some(json!({ "token": token }))).await;
    contract.public("POST /api/auth/forgot-password", "/api/auth/forgot-password", Some(json!({ "email": grace }))).await;
    let token = app.mailed_token(grace).await;
    contract.public("GET /api/auth/reset-password", &format!("/api/auth/reset-password?token={token}"), None).await;
    let reset = json!({ "token": token, "password": NEW_PASSWORD });
    contract.public("POST /api/auth/reset-password", "/api/auth/reset-password", Some(reset)).await;
    let strength = json!({ "password": "tuesday", "email": grace });
    contract.public("POST /api/auth/password-strength", "/api/auth/password-strength", Some(strength)).await;
    let wrong = json!({ "email": grace, "password": "wrong" });
    contract.public("POST /api/auth/login", "/api/auth/login", Some(wrong)).await;
    let login = json!({ "email": grace, "password": NEW_PASSWORD, "rememberMe": true, "next": "/home" });
    contract.public("POST /api/auth/login", "/api/auth/login", Some(login)).await;
    contract.public("POST /api/auth/logout", "/api/auth/logout", Some(json!({}))).await;
    contract
        .public("POST /api/monitoring/metrics", "/api/monitoring/metrics", Some(json!({ "path": "/home", "lcp": 900.5, "cls": 0 })))
        .await;

    contract.user("GET /api/auth/session", "/api/auth/session", None).await;
    contract.user("GET /api/auth/sessions", "/api/auth/sessions", None).await;
    contract.user("GET /api/auth/events", "/api/auth/events?page=1", None).await;
    for endpoint in ["POST /api/auth/sessions/revoke", "DELETE /api/auth/sessions/{id}"] {
        let mut other = app.anon_client().await;
        other.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD })).await.expect_status(200);
        let sessions = contract.user.get("/api/auth/sessions").await.json();
        let id = sessions.as_array().expect("a list").iter().find(|session| session["isCurrent"] == false).expect("another")["id"].clone();
        let (uri, body) = match endpoint {
            "POST /api/auth/sessions/revoke" => ("/api/auth/sessions/revoke".to_owned(), Some(json!({ "id": id }))),
            _ => (format!("/api/auth/sessions/{}", id.as_str().expect("an id")), None),
        };
        contract.user(endpoint, &uri, body).await;
    }
    contract.user("POST /api/account/profile", "/api/account/profile", Some(json!({ "name": "Ada" }))).await;
    contract.invalid("POST /api/account/profile", "/api/account/profile", Some(json!({ "name": "x".repeat(300) }))).await;
    contract.user("GET /api/account/export", "/api/account/export", None).await;
}

async fn onboarding(contract: &mut Contract) {
    contract.user("GET /api/onboarding", "/api/onboarding", None).await;
    let step = json!({ "step": 1, "contentTypes": ["photos"], "action": "continue" });
    contract.user("POST /api/onboarding/step", "/api/onboarding/step", Some(step)).await;
    contract.invalid("POST /api/onboarding/step", "/api/onboarding/step", Some(json!({ "step": 9 }))).await;
    let last = json!({ "step": 3, "goals": ["grow_audience"] });
    contract.user("POST /api/onboarding/complete", "/api/onboarding/complete", Some(last)).await;
}

async fn integrations(contract: &mut Contract, app: &TestApp, sandbox: &Sandbox) {
    let provider = json!({ "provider": "instagram" });
    contract.user("POST /api/integrations/connect", "/api/integrations/connect", Some(provider)).await;
    let plain = contract.user("POST /api/integrations/connect/{provider}", "/api/integrations/connect/instagram", Some(json!({}))).await;
    let authorize_url = plain.json()["authorizeUrl"].as_str().expect("a URL").to_owned();
    let callback = sandbox.submit_consent(&authorize_url, "allow", ("ada.creates", &[])).await;
    contract.user("GET /api/integrations/callback/{provider}", &callback, None).await;
    app.sync_all_due().await;
    let status = contract.user("GET /api/integrations/status", "/api/integrations/status", None).await;
    let id = status.json()["integrations"][0]["id"].as_str().expect("an id").to_owned();
    contract.user("GET /api/integrations/events", &format!("/api/integrations/events?id={id}"), None).await;
    contract.user("POST /api/integrations/refresh", "/api/integrations/refresh", Some(json!({ "id": id }))).await;
    contract
        .user("POST /api/integrations/refresh/{provider}/{id}", &format!("/api/integrations/refresh/instagram/{id}"), Some(json!({})))
        .await;
    let other = app.connect(sandbox, &mut contract.user, "grace.creates").await;
    contract
        .user("POST /api/integrations/disconnect", "/api/integrations/disconnect", Some(json!({ "id": other, "data": "delete" })))
        .await;
    let other = app.connect(sandbox, &mut contract.user, "grace.creates").await;
    let uri = format!("/api/integrations/disconnect/instagram/{other}?data=keep");
    contract.user("DELETE /api/integrations/disconnect/{provider}/{id}", &uri, None).await;
}

async fn metrics(contract: &mut Contract) {
    contract.user("GET /api/home/stats", "/api/home/stats?range=7d", None).await;
    contract.user("GET /api/analytics", "/api/analytics?range=7d", None).await;
    contract.user("GET /api/analytics/posts", "/api/analytics/posts?range=90d&order=newest&page=1", None).await;
    contract.user("GET /api/analytics/days.csv", "/api/analytics/days.csv?range=7d", None).await;
    contract.invalid("GET /api/analytics/days.csv", "/api/analytics/days.csv?range=odd", None).await;
    contract.user("GET /api/analytics/posts.csv", "/api/analytics/posts.csv?range=90d", None).await;
}

async fn earnings(contract: &mut Contract, app: &TestApp) {
    let endpoint = "POST /api/earnings/statements";
    contract.begin(endpoint, "/api/earnings/statements?_csrf=", None);
    contract.text.push_str("  request: multipart/form-data with `file`\n");
    let uploaded = crate::earnings::post_file(&mut contract.user, STATEMENT.as_bytes()).await;
    contract.note("user", &uploaded);
    let id = id_of(&uploaded);
    contract.user("GET /api/earnings/statement", &format!("/api/earnings/statement?id={id}"), None).await;
    contract
        .user("POST /api/earnings/statements/forget-mapping", "/api/earnings/statements/forget-mapping", Some(json!({ "id": id })))
        .await;
    let table = json!({ "id": id, "record": "0" });
    contract.user("POST /api/earnings/statements/table", "/api/earnings/statements/table", Some(table)).await;
    let answer = json!({ "id": id, "question": "direction", "word": "transfer", "reading": "in" });
    contract.user("POST /api/earnings/statements/answer", "/api/earnings/statements/answer", Some(answer)).await;
    let mapping = json!({ "id": id, "date": "0", "kind": "1", "net": "2", "currency": "3", "dateOrder": "dayFirst", "decimalSeparator": "point", "defaultCurrency": "USD" });
    contract.user("POST /api/earnings/statements/mapping", "/api/earnings/statements/mapping", Some(mapping)).await;
    contract.user("POST /api/earnings/statements/import", "/api/earnings/statements/import", Some(json!({ "id": id }))).await;
    app.import_due().await;
    contract.user("GET /api/earnings", "/api/earnings", None).await;
    contract.user("POST /api/earnings/statements/delete", "/api/earnings/statements/delete", Some(json!({ "id": id }))).await;
    let total = json!({ "day": "2026-01-02", "amount": "12.50", "currency": "USD" });
    contract.user("POST /api/earnings/daily-totals", "/api/earnings/daily-totals", Some(total)).await;
    contract.invalid("POST /api/earnings/daily-totals", "/api/earnings/daily-totals", Some(json!({ "day": "soon" }))).await;
    let day = json!({ "day": "2026-01-02", "currency": "USD" });
    contract.user("POST /api/earnings/daily-totals/delete", "/api/earnings/daily-totals/delete", Some(day)).await;
    let partner = json!({ "account": "acct_ada", "apiKey": "ofapi_key", "accepted": "on" });
    contract.user("POST /api/earnings/partner/connect", "/api/earnings/partner/connect", Some(partner)).await;
    contract.user("POST /api/earnings/partner/disconnect", "/api/earnings/partner/disconnect", Some(json!({}))).await;
}

async fn content(contract: &mut Contract) {
    let caption =
        json!({ "platform": "x", "contentType": "photos", "description": "Sunset at the beach.", "tone": "warm", "keywords": ["sea"] });
    let captions = contract.user("POST /api/ai/generate-caption", "/api/ai/generate-caption", Some(caption)).await;
    contract.invalid("POST /api/ai/generate-caption", "/api/ai/generate-caption", Some(json!({ "platform": "x" }))).await;
    let id = id_of(&captions);
    contract.user("GET /api/ai/captions", &format!("/api/ai/captions?id={id}"), None).await;
    let draft = json!({ "captionsId": id, "variantIndex": 0, "text": "The sea." });
    let draft = contract.user("POST /api/drafts/create", "/api/drafts/create", Some(draft)).await;
    let id = id_of(&draft);
    contract.user("POST /api/drafts/update", "/api/drafts/update", Some(json!({ "id": id, "text": "The sun." }))).await;
    contract.user("GET /api/content/top-level-domains", "/api/content/top-level-domains", None).await;
    contract.user("GET /api/drafts", "/api/drafts", None).await;
    contract.user("POST /api/drafts/delete", "/api/drafts/delete", Some(json!({ "id": id }))).await;
}

async fn assistant(contract: &mut Contract) {
    contract.user("GET /api/ai/status", "/api/ai/status", None).await;
    contract.user("GET /api/ai/suggestions", "/api/ai/suggestions", None).await;
    let question = || json!({ "message": "How are my views?" });
    let answer = contract.user("POST /api/ai/chat", "/api/ai/chat", Some(question())).await;
    contract.invalid("POST /api/ai/chat", "/api/ai/chat", Some(json!({ "message": "" }))).await;
    let id = answer.json()["conversationId"].as_str().expect("an id").to_owned();
    contract.user("POST /api/ai/chat/start", "/api/ai/chat/start", Some(question())).await;
    contract.user("POST /api/ai/chat/stream", "/api/ai/chat/stream", Some(question())).await;
    let stream = format!("/api/ai/conversations/{id}/stream?after=0");
    contract.user("GET /api/ai/conversations/{id}/stream", &stream, None).await;
    contract.user("POST /api/ai/chat/stop", "/api/ai/chat/stop", Some(json!({ "conversationId": id }))).await;
    contract.user("GET /api/ai/conversations", "/api/ai/conversations?search=views&page=1", None).await;
    contract.user("GET /api/ai/conversation", &format!("/api/ai/conversation?id={id}"), None).await;
    let title = json!({ "id": id, "title": "Views" });
    contract.user("POST /api/ai/conversations/rename", "/api/ai/conversations/rename", Some(title)).await;
    contract.user("POST /api/ai/conversations/delete", "/api/ai/conversations/delete", Some(json!({ "id": id }))).await;
    let settings = json!({ "samples": ["Salt on skin."], "bannedWords": "cheap", "monthlyCap": "5" });
    contract.user("POST /api/ai/settings", "/api/ai/settings", Some(settings)).await;
    contract.user("GET /api/ai/settings", "/api/ai/settings", None).await;
    contract.user("GET /api/ai/quota", "/api/ai/quota", None).await;
    let report = json!({ "range": "30d" });
    let analysis = contract.user("POST /api/ai/analyze-performance", "/api/ai/analyze-performance", Some(report.clone())).await;
    contract.user("POST /api/ai/optimize-sales", "/api/ai/optimize-sales", Some(report)).await;
    let id = id_of(&analysis);
    contract.user("GET /api/ai/report", &format!("/api/ai/report?operation=analyze&id={id}"), None).await;
    let feedback = json!({ "reportId": id, "itemIndex": 0, "isUseful": true });
    contract.user("POST /api/ai/feedback", "/api/ai/feedback", Some(feedback)).await;
}

async fn admins(contract: &mut Contract) {
    contract.admin("GET /api/admin/connections", "/api/admin/connections", None).await;
    let provider = json!({ "provider": "instagram" });
    contract.admin("POST /api/admin/connections/dry-run", "/api/admin/connections/dry-run", Some(provider)).await;
    contract.admin("GET /api/admin/ai-costs", "/api/admin/ai-costs?firstDay=2026-01-01&lastDay=2026-01-31&page=1", None).await;
    contract.admin("GET /api/admin/ai-costs.csv", "/api/admin/ai-costs.csv?firstDay=2026-01-01", None).await;
    contract.admin("GET /api/admin/jobs", "/api/admin/jobs?page=1", None).await;
    for action in ["retry", "dismiss"] {
        let path = format!("/api/admin/jobs/{action}");
        contract.admin(&format!("POST {path}"), &path, Some(json!({ "id": "x" }))).await;
    }
}

async fn end_of_account(contract: &mut Contract, app: &TestApp) {
    app.clock.advance(chrono::TimeDelta::minutes(20));
    let change = json!({ "currentPassword": PASSWORD, "password": NEW_PASSWORD });
    contract.user("POST /api/auth/change-password", "/api/auth/change-password", Some(change)).await;
    contract.user("POST /api/account/delete", "/api/account/delete", Some(json!({ "password": NEW_PASSWORD }))).await;
}
