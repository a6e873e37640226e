//! Example responses from Reddit's `OAuth2` wiki and API documentation; each comment names the section.

use huntaze_domain::integrations::FailureKind;
use proptest::prelude::*;

use super::*;
use crate::providers::testing::{now, read, response, with_header};

fn failure(status: u16, body: &str) -> FailureKind {
    read::<Me>(&response(status, body), error).err().expect("no profile").kind()
}

// "Retrieving the access token" and "Refreshing the token"
#[test]
fn refresh_response_without_refresh_token_keeps_old_one() {
    let body = r#"{"access_token":"a1","token_type":"bearer","expires_in":3600,"scope":"identity history","refresh_token":"r1"}"#;
    let grant = read::<TokenResponse>(&response(200, body), error).expect("a token").grant(SCOPES.requested, now());
    assert_eq!(grant.scopes, [IDENTITY, HISTORY]);
    let refreshed = r#"{"access_token":"a2","token_type":"bearer","expires_in":86400,"scope":"identity history"}"#;
    let tokens = read::<TokenResponse>(&response(200, refreshed), error).expect("a token").into_refreshed(&grant.tokens, now());
    assert_eq!((tokens.access.expose(), tokens.refresh.expect("a refresh token").expose()), ("a2", "r1"));
    assert_eq!(tokens.expires_at, Some(now() + TimeDelta::days(1)), "lifetime is taken from `expires_in`");
}

// "GET /api/v1/me"
#[test]
fn followers_are_subscribers_of_profile_subreddit() {
    let body = r#"{"id":"1w72","name":"ada_creates","total_karma":4200,"created_utc":1389649907.0,
        "subreddit":{"display_name":"u_ada_creates","subscribers":120},"has_verified_email":true}"#;
    let me = read::<Me>(&response(200, body), error).expect("a profile");
    assert_eq!((me.id.as_str(), me.subreddit.map(|subreddit| subreddit.subscribers)), ("1w72", Some(120)));
    assert!(read::<Me>(&response(200, r#"{"id":"1w72","name":"ada"}"#), error).expect("a profile").subreddit.is_none());
}

// "GET /user/username/submitted"
#[test]
fn null_view_count_is_none() {
    let body = r#"{"kind":"Listing","data":{"after":null,"children":[{"kind":"t3","data":{"id":"abc","name":"t3_abc","title":"Sunset",
        "score":12,"ups":13,"num_comments":3,"view_count":null,"permalink":"/r/pics/comments/abc/sunset/","created_utc":1768392000.0}}]}}"#;
    let listing = read::<Listing>(&response(200, body), error).expect("a listing");
    let site = "https://www.reddit.com/api/v1/access_token".parse().expect("a URL");
    let post = listing.data.children.into_iter().next().expect("a submission").data.post(&site).expect("a post");
    assert_eq!((post.id.as_str(), post.views, post.likes, post.comments), ("t3_abc", None, Some(12), Some(3)));
    assert_eq!(post.url.as_deref(), Some("https://www.reddit.com/r/pics/comments/abc/sunset/"));
}

// "API access rules": headers of every response.
#[test]
fn used_up_rate_limit_closes_and_errors_are_mapped() {
    let used_up = with_header(with_header(response(200, "{}"), "x-ratelimit-remaining", "0.0"), "x-ratelimit-reset", "299");
    assert_eq!(rate_limit_reset(&used_up.headers, now()), Some(now() + TimeDelta::seconds(299)));
    let left = with_header(with_header(response(200, "{}"), "x-ratelimit-remaining", "598.0"), "x-ratelimit-reset", "299");
    assert_eq!(rate_limit_reset(&left.headers, now()), None);
    assert_eq!(failure(401, r#"{"message":"Unauthorized","error":401}"#), FailureKind::Revoked);
    assert_eq!(failure(403, r#"{"message":"Forbidden","error":403}"#), FailureKind::InsufficientScope);
    assert_eq!(failure(403, "<html>blocked</html>"), FailureKind::Transient, "HTML of a firewall is transient");
    let token = |status: u16, body: &str| token_error(&response(status, body), now()).map(|error| error.kind());
    assert_eq!(token(401, r#"{"message":"Unauthorized","error":401}"#), Some(FailureKind::Misconfigured), "client credentials");
    assert_eq!(token(400, r#"{"message":"Bad Request","error":400}"#), Some(FailureKind::Revoked), "refresh token");
    assert_eq!(token(200, r#"{"error":"invalid_grant"}"#), Some(FailureKind::Revoked), "error code with status 200");
    assert_eq!(failure(429, "Too Many Requests"), FailureKind::RateLimited);
    assert_eq!(failure(503, "<html>"), FailureKind::Transient);
}

proptest! {
    #[test]
    fn parsing_arbitrary_responses_never_panics(status in 100_u16..600, body: Vec<u8>, remaining in "[ -~]{0,9}", reset in "[ -~]{0,9}") {
        let response = with_header(with_header(response(status, ""), "x-ratelimit-remaining", &remaining), "x-ratelimit-reset", &reset);
        let response = HttpResponse { body, ..response };
        let _ = rate_limit_reset(&response.headers, now());
        let _ = read::<TokenResponse>(&response, error);
        let _ = read::<Me>(&response, error);
        let _ = read::<Listing>(&response, error);
    }

    #[test]
    fn arbitrary_publication_time_never_panics(created_utc: f64) {
        let post = Submission { name: "t3_a".to_owned(), title: String::new(), score: None, num_comments: None, view_count: None, permalink: None, created_utc };
        let _ = post.post(&"https://www.reddit.com".parse().expect("a URL"));
    }
}
