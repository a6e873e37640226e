//! Partner service that provides the OnlyFans earnings of its customers (docs.onlyfansapi.com), under `/partner`. API keys begin with
//! `ofapi_`, account ids with `acct_`.

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{DateTime, Days, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::{
    accounts::Account,
    fake_platform::{answer, bearer, field},
    state::{FaultKind, SandboxState},
};

const NAME: &str = "partner";
/// Number of days for which there are transactions.
const KEPT: u64 = 90;
const MAX_PAGE_SIZE: usize = 100;

/// Returns the routes under `/partner`.
pub fn router() -> Router<SandboxState> {
    Router::new().route("/api/{account}/transactions", get(transactions))
}

fn error(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}

fn fault(kind: FaultKind, _: DateTime<Utc>) -> Response {
    match kind {
        FaultKind::Expired | FaultKind::Revoked | FaultKind::ClockSkew | FaultKind::RefreshTokenReused => {
            error(StatusCode::UNAUTHORIZED, "Unauthenticated.")
        }
        FaultKind::ScopeRemoved => error(StatusCode::FORBIDDEN, "This key may not read this account."),
        FaultKind::RateLimited => {
            let mut response = error(StatusCode::TOO_MANY_REQUESTS, "Too Many Attempts.");
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
            response
        }
        FaultKind::ErrorBody => Json(json!({ "message": "Something went wrong." })).into_response(),
        _ => error(StatusCode::INTERNAL_SERVER_ERROR, "Server Error"),
    }
}

/// `GET /api/{account}/transactions?limit=&startDate=&marker=`: transactions, newest first.
async fn transactions(
    State(state): State<SandboxState>,
    Path(account): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    answer(&state, (NAME, fault), ("transactions", &account), || {
        if !bearer(&headers).starts_with("ofapi_") {
            return error(StatusCode::UNAUTHORIZED, "Unauthenticated.");
        }
        let Some(known) = account.strip_prefix("acct_").and_then(Account::named) else {
            return error(StatusCode::NOT_FOUND, "Account not found.");
        };
        let number = |name: &str| field(&query, name).parse().ok();
        let start = NaiveDateTime::parse_from_str(field(&query, "startDate"), "%Y-%m-%d %H:%M:%S")
            .map_or(DateTime::UNIX_EPOCH, |start| start.and_utc());
        let before = number("marker").unwrap_or(i64::MAX);
        let limit = number("limit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(10).clamp(1, MAX_PAGE_SIZE);
        let wanted: Vec<_> =
            all(&known, state.now()).into_iter().filter(|(at, _)| *at >= start && at.timestamp() < before).take(limit + 1).collect();
        let has_more = wanted.len() > limit;
        let next = wanted.get(limit - 1).filter(|_| has_more).map(|(at, _)| at.timestamp());
        let list: Vec<_> = wanted.into_iter().take(limit).map(|(_, transaction)| transaction).collect();
        Json(json!({
            "data": { "list": list, "marker": before.min(state.now().timestamp()), "hasMore": has_more, "nextMarker": next },
            "_meta": { "_credits": { "used": 1, "balance": 9_999, "note": "Always" } },
        }))
        .into_response()
    })
    .await
}

/// Returns the transactions, newest first: three a day, one of which is a refund every seventh day.
fn all(account: &Account, now: DateTime<Utc>) -> Vec<(DateTime<Utc>, Value)> {
    let mut all = Vec::new();
    for ago in 0..KEPT {
        let day = now.date_naive() - Days::new(ago);
        for number in 0..3_i64 {
            let at = day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::minutes(300 * (3 - number) + number);
            if at > now {
                continue;
            }
            let cents = 500 + account.new_followers(day) * (number + 1) % 2_000;
            let (word, sign) = match number {
                0 => ("Subscription from", 1),
                1 if ago % 7 == 6 => ("Refund for message from", -1),
                1 => ("Payment for message from", 1),
                _ => ("Tip from", 1),
            };
            let dollars = |cents: i64| serde_json::Number::from_f64(f64::from(i32::try_from(cents).unwrap_or_default()) / 100.0);
            let fee = cents / 5;
            all.push((
                at,
                json!({
                    "id": format!("{}-{day}-{number}", account.number()),
                    "amount": dollars(sign * cents),
                    "vatAmount": 0,
                    "taxAmount": 0,
                    "net": dollars(sign * (cents - fee)),
                    "fee": dollars(sign * fee),
                    "createdAt": at.to_rfc3339(),
                    "currency": "USD",
                    "description": format!("{word} <a href=\"https://onlyfans.com/u1\">u1</a>"),
                    "status": if ago < 7 { "loading" } else { "done" },
                    "user": { "id": 1, "name": "Fan", "username": "u1" },
                    "payoutPendingDays": 7,
                }),
            ));
        }
    }
    all
}
