//! Example responses from docs.x.com; each comment names the page.

use huntaze_domain::integrations::FailureKind;
use proptest::prelude::*;

use super::*;
use crate::providers::testing::{now, read, response, with_header};

fn failure(status: u16, body: &str) -> FailureKind {
    read::<Data<User>>(&response(status, body), error).err().expect("no user").kind()
}

// "OAuth 2.0 Authorization Code Flow with PKCE"
#[test]
fn refresh_response_replaces_refresh_token() {
    let body = r#"{"token_type":"bearer","expires_in":7200,"access_token":"a1","scope":"tweet.read users.read offline.access","refresh_token":"r1"}"#;
    let grant = read::<TokenResponse>(&response(200, body), error).expect("a token").grant(SCOPES.requested, now());
    assert_eq!(grant.scopes, SCOPES.requested);
    let refreshed = r#"{"token_type":"bearer","expires_in":7200,"access_token":"a2","scope":"tweet.read users.read offline.access","refresh_token":"r2"}"#;
    let tokens = read::<TokenResponse>(&response(200, refreshed), error).expect("a token").into_refreshed(&grant.tokens, now());
    assert_eq!(tokens.refresh.expect("a refresh token").expose(), "r2");
    let used = r#"{"error":"invalid_request","error_description":"Value passed for the token was invalid."}"#;
    assert_eq!(failure(400, used), FailureKind::Revoked);
    assert_eq!(
        failure(401, r#"{"error":"unauthorized_client","error_description":"Missing valid authorization header"}"#),
        FailureKind::Misconfigured
    );
}

// "GET /2/users/me"
#[test]
fn user_response_has_follower_count() {
    let body = r#"{"data":{"id":"2244994945","name":"Ada","username":"ada_creates",
        "public_metrics":{"followers_count":1200,"following_count":3,"tweet_count":12,"listed_count":0,"like_count":9}}}"#;
    let user = read::<Data<User>>(&response(200, body), error).expect("a user").data.expect("a user");
    assert_eq!((user.username.as_str(), user.public_metrics.map(|metrics| metrics.followers_count)), ("ada_creates", Some(1200)));
}

// "GET /2/users/:id/tweets"
#[test]
fn tweet_impressions_become_views() {
    let body = r#"{"data":[{"id":"1346889436626259968","text":"Sunset","lang":"en","created_at":"2026-01-14T12:00:00.000Z",
        "public_metrics":{"retweet_count":2,"reply_count":3,"like_count":12,"quote_count":1,"bookmark_count":0,"impression_count":345}}],
        "meta":{"result_count":1,"newest_id":"1346889436626259968","oldest_id":"1346889436626259968"}}"#;
    let tweets = read::<Data<Vec<Tweet>>>(&response(200, body), error).expect("tweets").data.expect("data");
    let post = tweets.into_iter().next().expect("a tweet").post("ada_creates");
    assert_eq!((post.views, post.likes, post.comments, post.shares), (Some(345), Some(12), Some(3), Some(3)));
    assert_eq!(post.language.as_deref(), Some("en"));
    assert_eq!(post.url.as_deref(), Some("https://x.com/ada_creates/status/1346889436626259968"));
    assert!(read::<Data<Vec<Tweet>>>(&response(200, r#"{"meta":{"result_count":0}}"#), error).expect("an empty page").data.is_none());
}

// "Response codes & errors", "Rate limits"
#[test]
fn api_errors_map_to_failure_kinds() {
    let problem =
        |status: u16, kind: &str| format!(r#"{{"title":"T","detail":"d","type":"https://api.x.com/2/problems/{kind}","status":{status}}}"#);
    assert_eq!(failure(401, &problem(401, "unauthorized")), FailureKind::Revoked);
    assert_eq!(failure(403, &problem(403, "client-forbidden")), FailureKind::Misconfigured);
    assert_eq!(failure(403, &problem(403, "not-authorized-for-resource")), FailureKind::InsufficientScope);
    assert_eq!(failure(503, &problem(503, "service-unavailable")), FailureKind::Transient);
    assert_eq!(failure(200, r#"{"errors":[{"title":"Not Found Error"}]}"#), FailureKind::Transient, "errors with status 200");
    let limited = with_header(response(429, &problem(429, "rate-limits")), "x-rate-limit-reset", &(now().timestamp() + 600).to_string());
    let Some(ProviderError::RateLimited { retry_after }) = error(&limited, now()) else { panic!("expected a rate limit") };
    assert_eq!(retry_after, Some(TimeDelta::minutes(10)));
}

#[test]
fn used_up_rate_limit_closes_until_clamped_reset() {
    let at = |remaining: &str, reset: i64| {
        let response = with_header(response(200, "{}"), "x-rate-limit-remaining", remaining);
        rate_limit_reset(&with_header(response, "x-rate-limit-reset", &(now().timestamp() + reset).to_string()).headers, now())
    };
    assert_eq!(at("0", 600), Some(now() + TimeDelta::minutes(10)));
    assert_eq!(at("1", 600), None);
    assert_eq!(at("0", -600), Some(now() + TimeDelta::seconds(1)), "a reset in the past is at least 1 s ahead");
    assert_eq!(at("0", 600_000), Some(now() + TimeDelta::days(1)), "a far reset is at most 1 day ahead");
}

#[test]
fn sync_is_daily_at_23_utc_and_priced() {
    let config = XConfig {
        credentials: Some(ClientCredentials { client_id: "id".to_owned(), client_secret: "secret".to_owned().into() }),
        monthly_budget: 1,
        authorize_url: "https://x.com/".parse().expect("a URL"),
        api_url: "https://api.x.com/".parse().expect("a URL"),
    };
    let clock = || Arc::new(crate::infra::clock::MockClock::default());
    let client = crate::infra::http::client(crate::infra::http::TIMEOUT).expect("TLS");
    let x = X::new(&config, client.clone(), clock()).expect("configured");
    assert_eq!(x.prices(), ApiPricing { profile: 10_000, post: 1_000 }, "one cent, and a tenth of a cent per post");
    let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
    assert_eq!(x.next_sync_at(at("2026-01-15T12:00:00Z")), at("2026-01-15T23:00:00Z"), "same day at 23:00");
    assert_eq!(x.next_sync_at(at("2026-01-15T23:04:00Z")), at("2026-01-16T23:00:00Z"), "next day after today's sync");
    assert!(X::new(&XConfig { monthly_budget: 0, ..config }, client, clock()).is_none(), "no provider without a budget");
}

proptest! {
    #[test]
    fn parsing_arbitrary_responses_never_panics(status in 100_u16..600, body: Vec<u8>, remaining in "[ -~]{0,9}", reset in "[ -~]{0,20}") {
        let response = with_header(with_header(response(status, ""), "x-rate-limit-remaining", &remaining), "x-rate-limit-reset", &reset);
        let response = HttpResponse { body, ..response };
        let _ = rate_limit_reset(&response.headers, now());
        let _ = read::<TokenResponse>(&response, error);
        let _ = read::<Data<User>>(&response, error);
        let _ = read::<Data<Vec<Tweet>>>(&response, error);
    }
}
