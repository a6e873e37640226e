use std::collections::BTreeMap;

use axum::{
    Router,
    body::{Body, Bytes},
};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use super::TestApp;

const CSRF_COOKIE: &str = "huntaze_csrf";

/// HTTP client that calls the router in this process and stores cookies.
#[derive(Clone)]
pub struct Client {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    pub headers: BTreeMap<&'static str, String>,
}

/// Response with its body decoded as text.
pub struct TestResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    /// The body as it came.
    pub bytes: Bytes,
}

impl Client {
    pub fn new(router: Router) -> Self {
        Self { router, cookies: BTreeMap::new(), headers: BTreeMap::new() }
    }

    /// Returns the same client, of another instance with the same database.
    pub fn moved_to(self, app: &TestApp) -> Self {
        Self { router: app.client().router, ..self }
    }

    pub fn csrf(&self) -> String {
        self.cookies.get(CSRF_COOKIE).cloned().unwrap_or_default()
    }

    pub fn is_signed_in(&self) -> bool {
        self.cookies.contains_key("huntaze_session")
    }

    /// Sends a GET request that accepts JSON, as the front end does.
    pub async fn get(&mut self, uri: &str) -> TestResponse {
        self.send(Request::get(uri).header(header::ACCEPT, "application/json").body(Body::empty()).expect("a request")).await
    }

    /// Sends a GET request that accepts HTML, as a browser does for a page.
    pub async fn page(&mut self, uri: &str) -> TestResponse {
        self.send(Request::get(uri).header(header::ACCEPT, "text/html,*/*").body(Body::empty()).expect("a request")).await
    }

    /// Posts JSON with the CSRF token in a header, as the front end does.
    pub async fn post(&mut self, uri: &str, body: Value) -> TestResponse {
        self.post_raw(uri, "application/json", body.to_string()).await
    }

    /// Returns the number of AI requests used this month.
    pub async fn used_requests(&mut self) -> i64 {
        self.get("/api/ai/quota").await.expect_status(200).json()["used"].as_i64().expect("a number")
    }

    /// Posts any body with the CSRF token in a header.
    pub async fn post_raw(&mut self, uri: &str, content_type: &str, body: impl Into<Body>) -> TestResponse {
        let request = Request::post(uri)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, content_type)
            .header("x-csrf-token", self.csrf())
            .body(body.into());
        self.send(request.expect("a request")).await
    }

    /// Posts a form of `page` as a browser without JavaScript does: the CSRF token and the page are form fields.
    pub async fn submit(&mut self, page: &str, uri: &str, fields: &[(&str, &str)]) -> TestResponse {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields).append_pair("_csrf", &self.csrf()).append_pair("_page", page);
        let request = Request::post(uri)
            .header(header::ACCEPT, "text/html,*/*")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.finish()));
        self.send(request.expect("a request")).await
    }

    pub async fn request(&mut self, method: Method, uri: &str) -> TestResponse {
        let request = Request::builder().method(method).uri(uri).header("x-csrf-token", self.csrf()).body(Body::empty());
        self.send(request.expect("a request")).await
    }

    pub async fn send(&mut self, mut request: Request<Body>) -> TestResponse {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().expect("a header"));
        }
        for (name, value) in &self.headers {
            request.headers_mut().insert(*name, value.parse().expect("a header"));
        }
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        self.keep_cookies(&parts.headers);
        // Remove the `<!>` markers that Leptos renders for type-erased views, so that assertions can match the text around them.
        let body = String::from_utf8_lossy(&bytes).replace("<!>", "");
        TestResponse { status: parts.status, headers: parts.headers, body, bytes }
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            let cookie = cookie::Cookie::parse(line.to_str().expect("text").to_owned()).expect("a cookie");
            if cookie.max_age().is_some_and(cookie::time::SignedDuration::is_zero) {
                self.cookies.remove(cookie.name());
            } else {
                self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
    }
}

impl TestResponse {
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn location(&self) -> &str {
        self.header("location")
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Returns the JSON error body with the request ID replaced, for snapshots. Panics if the ID differs from the header's.
    #[track_caller]
    pub fn error(&self) -> Value {
        let mut json = self.json();
        let id = json["requestId"].as_str().unwrap_or_default();
        assert_eq!(id, self.header("x-request-id"), "request IDs of body and header differ");
        assert_eq!(id.len(), 32, "{json}");
        json["requestId"] = Value::from("[id]");
        json
    }

    #[track_caller]
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_else(|| panic!("no code in {}", self.body)).to_owned()
    }
}
