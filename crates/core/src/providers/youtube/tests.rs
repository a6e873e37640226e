//! Example responses from developers.google.com; each comment names the page.

use chrono::TimeDelta;
use huntaze_domain::integrations::FailureKind;
use proptest::prelude::*;

use super::*;
use crate::providers::testing::{now, read, response};

fn failure(status: u16, body: &str) -> FailureKind {
    read::<Page<Channel>>(&response(status, body), error).err().expect("no channel").kind()
}

// "Using OAuth 2.0 for Web Server Applications"
#[test]
fn refresh_response_without_refresh_token_keeps_old_one() {
    let body = r#"{"access_token":"1/fFAGRNJru1FTz70BzhT3Zg","expires_in":3920,"token_type":"Bearer","refresh_token":"1//xEoDL4iW3cxlI7yDbSRFYNG01kVKM2C",
        "scope":"https://www.googleapis.com/auth/youtube.readonly https://www.googleapis.com/auth/yt-analytics.readonly"}"#;
    let grant = read::<TokenResponse>(&response(200, body), error).expect("a token").grant(SCOPES.requested, now());
    assert_eq!(grant.scopes, SCOPES.requested);
    let refreshed = r#"{"access_token":"1/other","expires_in":3920,"token_type":"Bearer"}"#;
    let tokens = read::<TokenResponse>(&response(200, refreshed), error).expect("a token").into_refreshed(&grant.tokens, now());
    assert!(tokens.refresh.expect("a refresh token").expose().starts_with("1//"));
    assert_eq!(failure(400, r#"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#), FailureKind::Revoked);
}

// "Channels: list"
#[test]
fn channel_list_parses_string_counts_and_empty_page() {
    let body = r#"{"kind":"youtube#channelListResponse","items":[{"id":"UC_x5XG1OV2P6uZZ5FSM9Ttw","snippet":{"title":"Ada","customUrl":"@ada.creates"},
        "contentDetails":{"relatedPlaylists":{"likes":"","uploads":"UU_x5XG1OV2P6uZZ5FSM9Ttw"}},
        "statistics":{"viewCount":"345","subscriberCount":"1200","hiddenSubscriberCount":false,"videoCount":"12"}}]}"#;
    let channel = read::<Page<Channel>>(&response(200, body), error).expect("a page").items.into_iter().next().expect("a channel");
    assert_eq!(channel.statistics.subscriber_count.as_deref(), Some("1200"));
    assert_eq!(channel.content_details.related_playlists.uploads.as_deref(), Some("UU_x5XG1OV2P6uZZ5FSM9Ttw"));
    let none = r#"{"kind":"youtube#channelListResponse","pageInfo":{"totalResults":0}}"#;
    assert!(read::<Page<Channel>>(&response(200, none), error).expect("a page").items.is_empty());
}

// "PlaylistItems: list" and "Videos: list"
#[test]
fn missing_video_statistics_are_none() {
    let body =
        r#"{"items":[{"contentDetails":{"videoId":"dQw4w9WgXcQ","videoPublishedAt":"2026-01-14T12:00:00Z"}}],"nextPageToken":"CAUQAA"}"#;
    let page = read::<Page<PlaylistItem>>(&response(200, body), error).expect("a page");
    assert_eq!((page.items[0].content_details.video_id.as_str(), page.next_page_token.as_deref()), ("dQw4w9WgXcQ", Some("CAUQAA")));
    let body = r#"{"items":[{"id":"dQw4w9WgXcQ","snippet":{"title":"Sunset","publishedAt":"2026-01-14T12:00:00Z"},"statistics":{"viewCount":"345"}}]}"#;
    let post = read::<Page<Video>>(&response(200, body), error).expect("a page").items.into_iter().next().expect("a video").post();
    assert_eq!((post.views, post.likes, post.comments, post.shares), (Some(345), None, None, None));
}

#[test]
fn language_of_the_title_wins_over_that_of_the_video() {
    let language = |snippet: &str| {
        let body = format!(r#"{{"items":[{{"id":"a","snippet":{{"title":"Sunset","publishedAt":"2026-01-14T12:00:00Z"{snippet}}}}}]}}"#);
        read::<Page<Video>>(&response(200, &body), error).expect("a page").items.into_iter().next().expect("a video").post().language
    };
    assert_eq!(language(""), None);
    assert_eq!(language(r#","defaultAudioLanguage":"fr-FR""#).as_deref(), Some("fr-FR"));
    assert_eq!(language(r#","defaultLanguage":"en","defaultAudioLanguage":"fr-FR""#).as_deref(), Some("en"));
}

// "Reports: query"
#[test]
fn report_day_without_row_is_empty() {
    let body = r#"{"kind":"youtubeAnalytics#resultTable","columnHeaders":[{"name":"day","columnType":"DIMENSION","dataType":"STRING"},
        {"name":"views","columnType":"METRIC","dataType":"INTEGER"},{"name":"likes","columnType":"METRIC","dataType":"INTEGER"},
        {"name":"comments","columnType":"METRIC","dataType":"INTEGER"},{"name":"shares","columnType":"METRIC","dataType":"INTEGER"}],
        "rows":[["2026-01-13",345,12,3,1]]}"#;
    let report = read::<Report>(&response(200, body), error).expect("a report");
    assert_eq!(report.day("2026-01-13"), DailyInsights { views: Some(345), reach: None, interactions: Some(16) });
    assert!(report.day("2026-01-14").is_empty());
    assert!(read::<Report>(&response(200, r#"{"columnHeaders":[]}"#), error).expect("a report").day("2026-01-13").is_empty());
}

// "YouTube Data API: Errors", "Standardized error responses"
#[test]
fn api_errors_map_to_failure_kinds() {
    let api =
        |code: u16, reason: &str| format!(r#"{{"error":{{"code":{code},"message":"m","errors":[{{"reason":"{reason}","domain":"d"}}]}}}}"#);
    assert_eq!(failure(401, &api(401, "authError")), FailureKind::Revoked);
    assert_eq!(failure(403, &api(403, "insufficientPermissions")), FailureKind::InsufficientScope);
    assert_eq!(failure(403, &api(403, "rateLimitExceeded")), FailureKind::RateLimited);
    assert_eq!(failure(403, &api(403, "accessNotConfigured")), FailureKind::Misconfigured);
    assert_eq!(failure(500, &api(500, "backendError")), FailureKind::Transient);
    assert_eq!(failure(200, &api(503, "")), FailureKind::Transient, "error body with status 200");
    let Some(ProviderError::RateLimited { retry_after }) = error(&response(403, &api(403, "quotaExceeded")), now()) else {
        panic!("expected a rate limit")
    };
    assert_eq!(retry_after, Some(TimeDelta::hours(20)), "midnight in California is 08:00 UTC");
}

proptest! {
    #[test]
    fn parsing_arbitrary_responses_never_panics(status in 100_u16..600, body: Vec<u8>) {
        let response = HttpResponse { body, ..response(status, "") };
        let _ = read::<TokenResponse>(&response, error);
        let _ = read::<Page<Channel>>(&response, error);
        let _ = read::<Report>(&response, error).map(|report| report.day("2026-01-13"));
    }
}
