//! Answers of the assistant as server-sent events.

use std::convert::Infallible;

use axum::{
    Extension, Form,
    extract::{Path, Query, State, rejection::FormRejection},
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{Stream, StreamExt, stream};
use http::HeaderMap;
use huntaze_core::{Core, db::sessions::OpenSession, services::ai};
use huntaze_domain::{
    ai::chat::{ChatEvent, ChatInput},
    error::ErrorCode,
};
use serde::Deserialize;

use super::account::signed_in;
use crate::error::ApiError;

/// From where a stream goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Place {
    after: String,
}

/// `POST /api/ai/chat/stream`: begins an answer, and streams it. Its conversation and message stand in the first event. JSON or a form.
///
/// # Errors
/// Those of `POST /api/ai/chat`, before the stream begins.
pub async fn start(
    State(core): State<Core>,
    session: Option<Extension<OpenSession>>,
    input: Result<Form<ChatInput>, FormRejection>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let user = signed_in(session)?.user;
    let Ok(Form(input)) = input else { return Err(ErrorCode::InvalidInput.into()) };
    let started = ai::start_chat(&core, &user, &input).await?;
    let conversation_id = started.conversation_id.to_string();
    let events = ai::follow_chat(&core, user.id, &conversation_id, 0).await?;
    let begun = Event::default().id(started.answer.seq.to_string()).event("started").json_data(&started).unwrap_or_default();
    Ok(sse(stream::once(async move { begun }).chain(events.map(event))))
}

/// `GET /api/ai/conversations/{id}/stream?after=`: the newest answer of a conversation, from a place in its sequence on. A browser that comes back
/// by itself says where it was in `Last-Event-ID`.
///
/// # Errors
/// 401; 404 for a conversation that is not the creator's, or has no answer.
pub async fn follow(
    State(core): State<Core>,
    session: Option<Extension<OpenSession>>,
    Path(id): Path<String>,
    Query(place): Query<Place>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let user_id = signed_in(session)?.user.id;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).unwrap_or(&place.after);
    let events = ai::follow_chat(&core, user_id, &id, last.parse().unwrap_or_default()).await?;
    Ok(sse(events.map(event)))
}

fn event((seq, told): (i64, ChatEvent)) -> Event {
    let name = match told {
        ChatEvent::Agents { .. } => "agents",
        ChatEvent::Text { .. } => "text",
        ChatEvent::Done { .. } => "done",
    };
    Event::default().id(seq.to_string()).event(name).json_data(&told).unwrap_or_default()
}

fn sse<S: Stream<Item = Event> + Send + 'static>(events: S) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(events.map(Ok)).keep_alive(KeepAlive::default())
}
