//! Example responses from developers.tiktok.com; each comment names the page.

use huntaze_domain::integrations::FailureKind;
use proptest::prelude::*;

use super::*;
use crate::providers::testing::{now, read, response};

fn failure(status: u16, body: &str) -> FailureKind {
    read::<UserInfo>(&response(status, body), error).err().expect("no profile").kind()
}

// "User Access Token Management"
#[test]
fn token_response_sets_expiry_of_both_tokens() {
    let body = r#"{"access_token":"act.example","expires_in":86400,"open_id":"afd97af1","refresh_expires_in":31536000,
        "refresh_token":"rft.example","scope":"user.info.basic,video.list","token_type":"Bearer"}"#;
    let grant = read::<TokenResponse>(&response(200, body), error).expect("a token").grant(SCOPES.requested, now());
    assert_eq!(grant.scopes, [BASIC, VIDEOS]);
    assert_eq!(grant.tokens.expires_at, Some(now() + chrono::TimeDelta::days(1)));
    assert_eq!(grant.tokens.refresh_expires_at, Some(now() + chrono::TimeDelta::days(365)));
    assert_eq!(grant.tokens.refresh.expect("a refresh token").expose(), "rft.example");
    let refused = r#"{"error":"invalid_grant","error_description":"Refresh token is invalid or expired.","log_id":"2026"}"#;
    assert_eq!(failure(400, refused), FailureKind::Revoked);
    assert_eq!(failure(200, refused), FailureKind::Revoked, "token errors were observed with status 200, too");
}

// "Get User Info"
#[test]
fn profile_without_stats_scope_has_no_follower_count() {
    let body = r#"{"data":{"user":{"open_id":"723f24d7","union_id":"c9c60f49","display_name":"Ada","username":"ada.creates",
        "follower_count":1200}},"error":{"code":"ok","message":"","log_id":"2026"}}"#;
    let user = read::<UserInfo>(&response(200, body), error).expect("a profile").data.user;
    assert_eq!((user.open_id.as_str(), user.username.as_deref(), user.follower_count), ("723f24d7", Some("ada.creates"), Some(1200)));
    let bare = r#"{"data":{"user":{"open_id":"723f24d7","display_name":"Ada"}},"error":{"code":"ok","message":"","log_id":"2026"}}"#;
    assert_eq!(read::<UserInfo>(&response(200, bare), error).expect("a profile").data.user.follower_count, None);
}

// "List Videos"
#[test]
fn video_page_has_cursor_and_videos() {
    let body = r#"{"data":{"videos":[{"id":"7080213458555737986","title":"","video_description":"Sunset #sea","create_time":1768392000,
        "share_url":"https://www.tiktok.com/@ada/video/7080213458555737986","view_count":345,"like_count":12,"comment_count":3,"share_count":0}],
        "cursor":1643332803000,"has_more":true},"error":{"code":"ok","message":"","log_id":"2026"}}"#;
    let page = read::<VideoList>(&response(200, body), error).expect("a page").data;
    assert_eq!((page.cursor, page.has_more), (Some(1_643_332_803_000), true));
    let post = page.videos.into_iter().next().expect("a video").post().expect("a post");
    assert_eq!(
        (post.title.as_str(), post.views, post.likes, post.comments, post.shares),
        ("Sunset #sea", Some(345), Some(12), Some(3), Some(0))
    );
}

// "Error Handling"
#[test]
fn api_errors_map_to_failure_kinds() {
    let api = |code: &str| format!(r#"{{"data":{{}},"error":{{"code":"{code}","message":"m","log_id":"2026"}}}}"#);
    assert_eq!(failure(401, &api("access_token_invalid")), FailureKind::Revoked);
    assert_eq!(failure(401, &api("scope_not_authorized")), FailureKind::InsufficientScope);
    assert_eq!(failure(429, &api("rate_limit_exceeded")), FailureKind::RateLimited);
    assert_eq!(failure(500, &api("internal_error")), FailureKind::Transient);
    assert_eq!(failure(200, &api("invalid_params")), FailureKind::Transient, "error body with status 200");
    assert_eq!(failure(200, "<!DOCTYPE html>"), FailureKind::Transient);
    assert_eq!(failure(400, r#"{"error":"invalid_client","error_description":"d","log_id":"l"}"#), FailureKind::Misconfigured);
}

proptest! {
    #[test]
    fn parsing_arbitrary_responses_never_panics(status in 100_u16..600, body: Vec<u8>) {
        let response = HttpResponse { body, ..response(status, "") };
        let _ = read::<TokenResponse>(&response, error);
        let _ = read::<UserInfo>(&response, error);
        let _ = read::<VideoList>(&response, error);
    }
}
