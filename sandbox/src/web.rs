//! HTTP interface for browsers and tests: the mailbox (`/mail`, `/mail.json`), the fake services, and the control API (`/_sandbox/…`).

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect},
    routing::{get, post},
};
use chrono::TimeDelta;
use html_escape::{encode_double_quoted_attribute, encode_text};
use serde::Deserialize;

use crate::{
    gemini, instagram,
    mailbox::Mail,
    partner, reddit,
    state::{Fault, RequestRecord, SandboxState},
    tiktok, x, youtube,
};

/// Returns all HTTP routes of the sandbox.
pub fn router(state: SandboxState) -> Router {
    Router::new()
        // Browsers request a favicon automatically.
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .route("/", get(|| async { Redirect::to("/mail") }))
        .route("/mail", get(list_page).delete(clear))
        .route("/mail/{id}", get(mail_page))
        .route("/mail.json", get(list_json))
        .route("/_sandbox/faults", post(add_fault).delete(clear_faults))
        .route("/_sandbox/clock", post(advance_clock))
        .route("/_sandbox/requests", get(list_requests))
        .route("/_sandbox/reset", post(reset))
        .route("/_sandbox/revoke", post(revoke))
        .nest("/instagram", instagram::router())
        .nest("/tiktok", tiktok::router())
        .nest("/gemini", gemini::router())
        .nest("/partner", partner::router())
        .nest("/reddit", reddit::router())
        .nest("/youtube", youtube::router())
        .nest("/x", x::router())
        .with_state(state)
}

async fn add_fault(State(state): State<SandboxState>, Json(fault): Json<Fault>) -> StatusCode {
    state.add_fault(fault);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(state): State<SandboxState>) -> StatusCode {
    state.clear_faults();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClockStep {
    advance_seconds: i64,
}

async fn advance_clock(State(state): State<SandboxState>, Json(step): Json<ClockStep>) -> StatusCode {
    match TimeDelta::try_seconds(step.advance_seconds) {
        Some(step) => {
            state.advance(step);
            StatusCode::NO_CONTENT
        }
        None => StatusCode::BAD_REQUEST,
    }
}

/// Body of `POST /_sandbox/revoke`: revokes access as a user does in a platform's settings.
#[derive(Deserialize)]
struct RevokeRequest {
    provider: String,
    account: String,
}

async fn revoke(State(state): State<SandboxState>, Json(request): Json<RevokeRequest>) -> StatusCode {
    if state.revoke(&request.provider, &request.account) { StatusCode::NO_CONTENT } else { StatusCode::BAD_REQUEST }
}

async fn list_requests(State(state): State<SandboxState>) -> Json<Vec<RequestRecord>> {
    Json(state.requests())
}

async fn reset(State(state): State<SandboxState>) -> StatusCode {
    state.reset();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Filter {
    to: Option<String>,
}

async fn list_json(State(state): State<SandboxState>, Query(filter): Query<Filter>) -> Json<Vec<Mail>> {
    Json(state.mailbox.list(filter.to.as_deref()))
}

async fn clear(State(state): State<SandboxState>) -> StatusCode {
    state.mailbox.clear();
    StatusCode::NO_CONTENT
}

async fn list_page(State(state): State<SandboxState>) -> Html<String> {
    let row = |mail: &Mail| {
        format!(
            "<tr><td><time>{}</time></td><td>{}</td><td><a href=\"/mail/{}\">{}</a></td></tr>",
            mail.received_at.format("%Y-%m-%d %H:%M:%S UTC"),
            encode_text(&mail.to.join(", ")),
            mail.id,
            encode_text(&mail.subject)
        )
    };
    let rows: String = state.mailbox.list(None).iter().map(row).collect();
    let content = if rows.is_empty() {
        "<p>No mail yet.</p>".to_owned()
    } else {
        format!("<table><thead><tr><th>Received</th><th>To</th><th>Subject</th></tr></thead><tbody>{rows}</tbody></table>")
    };
    page("Sandbox mailbox", &content)
}

async fn mail_page(State(state): State<SandboxState>, Path(id): Path<u64>) -> impl IntoResponse {
    let Some(mail) = state.mailbox.find(id) else {
        return (StatusCode::NOT_FOUND, page("No such mail", "<p><a href=\"/mail\">Back to the mailbox</a></p>"));
    };
    // The HTML of the mail is shown in a sandboxed frame without scripts; its links open in a new tab.
    let body = format!("<base target=\"_blank\">{}", mail.html);
    let content = format!(
        "<p><a href=\"/mail\">Back to the mailbox</a></p><p>To {}</p>\
         <iframe title=\"The mail\" sandbox=\"allow-popups allow-popups-to-escape-sandbox\" srcdoc=\"{}\"></iframe><h2>As text</h2><pre>{}</pre>",
        encode_text(&mail.to.join(", ")),
        encode_double_quoted_attribute(&body),
        encode_text(&mail.text)
    );
    (StatusCode::OK, page(&mail.subject, &content))
}

fn page(title: &str, content: &str) -> Html<String> {
    let title = encode_text(title);
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} · Sandbox</title><style>body{{max-width:60rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif}}\
         table{{width:100%;border-collapse:collapse}}td,th{{padding:.5rem;border-bottom:1px solid #ccc;text-align:left}}\
         iframe{{width:100%;height:32rem;border:1px solid #ccc}}pre{{white-space:pre-wrap;overflow-wrap:anywhere}}</style></head>\
         <body><main><h1>{title}</h1>{content}</main></body></html>"
    ))
}
