use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use chrono::{NaiveTime, TimeDelta};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use super::graph;
use crate::{
    accounts::Account,
    state::{Fault, FaultKind, SandboxState},
    web,
};

const AUTHORIZE: &str = "/instagram/authorize?client_id=sandbox-instagram&redirect_uri=http%3A%2F%2F127.0.0.1%3A3000%2Fcb&response_type=code\
                         &scope=instagram_business_basic,instagram_business_manage_insights&state=s%261";

struct Browser {
    state: SandboxState,
    router: Router,
}

impl Browser {
    fn new() -> Self {
        let state = SandboxState::default();
        Self { router: web::router(state.clone()), state }
    }

    async fn send(&self, method: Method, uri: &str, body: &str) -> (StatusCode, String, String) {
        let request = Request::builder().method(method).uri(uri).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let response = self.router.clone().oneshot(request.body(Body::from(body.to_owned())).expect("a request")).await.expect("an answer");
        let location = response.headers().get(header::LOCATION).map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default();
        let status = response.status();
        let body = response.into_body().collect().await.map(|body| String::from_utf8_lossy(&body.to_bytes()).into_owned());
        (status, location, body.unwrap_or_else(|_| "cut off".to_owned()))
    }

    async fn json(&self, method: Method, uri: &str, body: &str) -> (StatusCode, Value) {
        let (status, _, body) = self.send(method, uri, body).await;
        (status, serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}")))
    }

    async fn code(&self, scopes: &str) -> String {
        let form = format!("redirect_uri=http%3A%2F%2F127.0.0.1%3A3000%2Fcb&state=s%261&account=ada.backstage&decision=allow{scopes}");
        let (_, location, _) = self.send(Method::POST, "/instagram/decide", &form).await;
        assert!(location.starts_with("http://127.0.0.1:3000/cb?code=") && location.ends_with("&state=s%261#_"), "{location}");
        location.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code").to_owned()
    }

    async fn exchange(&self, code: &str) -> (StatusCode, Value) {
        let form = format!(
            "client_id=sandbox-instagram&client_secret=sandbox-instagram-secret&grant_type=authorization_code&redirect_uri=http%3A%2F%2F127.0.0.1%3A3000%2Fcb&code={code}"
        );
        self.json(Method::POST, "/instagram/oauth/access_token", &form).await
    }

    /// Returns a long-lived token with all scopes.
    async fn token(&self) -> String {
        let code = self.code("&scope%3Ainstagram_business_basic=on&scope%3Ainstagram_business_manage_insights=on").await;
        let (_, short) = self.exchange(&code).await;
        let short = short["data"][0]["access_token"].as_str().expect("a token").to_owned();
        let uri = format!(
            "/instagram/graph/access_token?grant_type=ig_exchange_token&client_secret=sandbox-instagram-secret&access_token={short}"
        );
        let (status, long) = self.json(Method::GET, &uri, "").await;
        assert_eq!((status, long["expires_in"].as_i64()), (StatusCode::OK, Some(5_184_000)));
        long["access_token"].as_str().expect("a token").to_owned()
    }

    async fn me(&self, token: &str) -> (StatusCode, Value) {
        self.json(Method::GET, &format!("/instagram/graph/v25.0/me?access_token={token}"), "").await
    }
}

#[tokio::test]
async fn consent_page_rejects_unknown_client_and_redirects_on_deny() {
    let browser = Browser::new();
    let (status, _, page) = browser.send(Method::GET, AUTHORIZE, "").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("@ada.creates") && page.contains("@ada.backstage") && page.contains("value=\"s&amp;1\""), "{page}");
    let (status, _, _) = browser.send(Method::GET, &AUTHORIZE.replace("sandbox-instagram", "stranger"), "").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let form = "redirect_uri=http%3A%2F%2F127.0.0.1%3A3000%2Fcb&state=s&decision=deny";
    let (_, location, _) = browser.send(Method::POST, "/instagram/decide", form).await;
    assert!(location.starts_with("http://127.0.0.1:3000/cb?error=access_denied&"), "{location}");
}

#[tokio::test]
async fn authorization_code_is_single_use_and_expires_after_1_h() {
    let browser = Browser::new();
    let code = browser.code("&scope%3Ainstagram_business_basic=on").await;
    let (status, answer) = browser.exchange(&code).await;
    assert_eq!(
        (status, answer["data"][0]["user_id"].as_str()),
        (StatusCode::OK, Some(graph::id(&Account::named("ada.backstage").expect("a name")).as_str()))
    );
    assert_eq!(browser.exchange(&code).await.0, StatusCode::BAD_REQUEST);
    let late = browser.code("").await;
    browser.state.advance(TimeDelta::hours(1));
    assert_eq!(browser.exchange(&late).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn token_expires_after_60_days_and_is_refreshable_after_24_h() {
    let browser = Browser::new();
    let token = browser.token().await;
    let refresh = format!("/instagram/graph/refresh_access_token?grant_type=ig_refresh_token&access_token={token}");
    assert_eq!(browser.json(Method::GET, &refresh, "").await.0, StatusCode::BAD_REQUEST, "a token younger than 24 h cannot be refreshed");
    browser.state.advance(TimeDelta::days(59));
    let (status, fresh) = browser.json(Method::GET, &refresh, "").await;
    assert_eq!(status, StatusCode::OK);
    browser.state.advance(TimeDelta::days(2));
    let (_, old) = browser.me(&token).await;
    assert_eq!(old["error"]["code"], 190, "the old token has expired");
    assert_eq!(browser.me(fresh["access_token"].as_str().expect("a token")).await.0, StatusCode::OK);
    assert_eq!(browser.json(Method::GET, &refresh, "").await.0, StatusCode::BAD_REQUEST, "an expired token cannot be refreshed");
}

#[tokio::test]
async fn insights_are_deterministic_and_empty_for_unfinished_days() {
    let browser = Browser::new();
    let token = browser.token().await;
    let today = browser.state.now().date_naive().and_time(NaiveTime::MIN).and_utc();
    let window = |from: i64, to: i64| {
        let (since, until) = ((today + TimeDelta::days(from)).timestamp(), (today + TimeDelta::days(to)).timestamp());
        format!(
            "/instagram/graph/v25.0/me/insights?metric=views,reach,total_interactions&period=day&metric_type=total_value&since={since}&until={until}&access_token={token}"
        )
    };
    let (status, one) = browser.json(Method::GET, &window(-1, 0), "").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(browser.json(Method::GET, &window(-1, 0), "").await.1, one);
    let value = |answer: &Value, metric: usize| answer["data"][metric]["total_value"]["value"].as_i64().expect("a figure");
    assert!(value(&one, 0) > value(&one, 1) && value(&one, 1) > value(&one, 2) && value(&one, 2) > 0, "{one}");
    let (_, week) = browser.json(Method::GET, &window(-7, 0), "").await;
    assert!(value(&week, 0) > value(&one, 0));
    assert_eq!(browser.json(Method::GET, &window(0, 1), "").await.1["data"], Value::Array(Vec::new()), "the day has not ended");
    assert_eq!(browser.json(Method::GET, &window(-31, 0), "").await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn missing_scope_and_revoked_token_are_rejected() {
    let browser = Browser::new();
    let code = browser.code("&scope%3Ainstagram_business_basic=on").await;
    let token = browser.exchange(&code).await.1["data"][0]["access_token"].as_str().expect("a token").to_owned();
    let uri = format!("/instagram/graph/v25.0/me/insights?metric=reach&period=day&since=1767225600&until=1767312000&access_token={token}");
    let (status, refused) = browser.json(Method::GET, &uri, "").await;
    assert_eq!((status, refused["error"]["code"].as_u64()), (StatusCode::FORBIDDEN, Some(10)));
    assert_eq!(browser.me(&token).await.0, StatusCode::OK);
    browser.json(Method::DELETE, &format!("/instagram/graph/v25.0/me/permissions?access_token={token}"), "").await;
    assert_eq!(browser.me(&token).await.1["error"]["code"], 190);
}

#[tokio::test]
async fn fault_applies_given_number_of_times_and_calls_are_recorded() {
    let browser = Browser::new();
    let token = browser.token().await;
    for (kind, status) in [
        (FaultKind::Expired, 400),
        (FaultKind::Revoked, 400),
        (FaultKind::ScopeRemoved, 403),
        (FaultKind::ServerError, 500),
        (FaultKind::RateLimited, 403),
        (FaultKind::Html, 200),
        (FaultKind::ErrorBody, 200),
        (FaultKind::ConnectionReset, 200),
    ] {
        browser.state.add_fault(Fault { provider: "instagram".to_owned(), endpoint: "profile".to_owned(), account: None, kind, times: 2 });
        for _ in 0..2 {
            let (answered, _, body) = browser.send(Method::GET, &format!("/instagram/graph/v25.0/me?access_token={token}"), "").await;
            assert_eq!(answered.as_u16(), status, "{kind:?}: {body}");
            assert!(!body.contains("ada.backstage"), "{kind:?}: {body}");
        }
        assert_eq!(browser.me(&token).await.0, StatusCode::OK, "{kind:?} is used up");
    }
    let profiles = browser.state.requests().into_iter().filter(|request| request.endpoint == "profile").count();
    assert_eq!(profiles, 24);
}

#[tokio::test]
async fn control_api_accepts_json() {
    let browser = Browser::new();
    let post = |uri: &'static str, body: &'static str| {
        let request = Request::post(uri).header(header::CONTENT_TYPE, "application/json").body(Body::from(body)).expect("a request");
        browser.router.clone().oneshot(request)
    };
    let before = browser.state.now();
    assert_eq!(post("/_sandbox/clock", r#"{"advanceSeconds":3600}"#).await.expect("an answer").status(), StatusCode::NO_CONTENT);
    assert!(browser.state.now() - before >= TimeDelta::hours(1));
    let fault = r#"{"provider":"instagram","endpoint":"profile","fault":"server_error"}"#;
    assert_eq!(post("/_sandbox/faults", fault).await.expect("an answer").status(), StatusCode::NO_CONTENT);
    assert_eq!(browser.me("none").await.0, StatusCode::INTERNAL_SERVER_ERROR);
    let (_, noted) = browser.json(Method::GET, "/_sandbox/requests", "").await;
    assert_eq!((&noted[0]["endpoint"], &noted[0]["status"]), (&Value::from("profile"), &Value::from(500)));
    post("/_sandbox/reset", "").await.expect("an answer");
    assert_eq!(browser.json(Method::GET, "/_sandbox/requests", "").await.1, Value::Array(Vec::new()));
}
