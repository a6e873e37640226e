//! Streams the assistant's answers as server-sent events.

use std::convert::Infallible;

use axum::{
    Form,
    extract::{Path, State, rejection::FormRejection},
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{Stream, StreamExt, stream};
use http::HeaderMap;
use huntaze_core::{Core, services::assistant};
use huntaze_domain::{
    assistant::chat::{ChatEvent, ChatInput},
    error::ErrorCode,
};
use serde::Deserialize;

use crate::{
    error::ApiError,
    http::extract::{Member, Query},
};

/// Position in a stream to resume after.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct StreamCursor {
    after: String,
}

/// `POST /api/ai/chat/stream`: sends a message and streams the answer. Accepts JSON and forms. The first event contains the conversation id
/// and the messages.
///
/// # Errors
/// The same as `POST /api/ai/chat`, before the stream starts.
pub async fn start(
    State(core): State<Core>,
    Member(current): Member,
    input: Result<Form<ChatInput>, FormRejection>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let user = current.user;
    let Ok(Form(input)) = input else { return Err(ErrorCode::InvalidInput.into()) };
    let started = assistant::start_chat(&core, &user, &input).await?;
    let conversation_id = started.conversation_id.to_string();
    let events = assistant::stream_answer(&core, user.id, &conversation_id, 0).await?;
    let begun = Event::default().id(started.answer.seq.to_string()).event("started").json_data(&started).unwrap_or_default();
    Ok(sse(stream::once(async move { begun }).chain(events.map(event))))
}

/// `GET /api/ai/conversations/{id}/stream?after=`: streams the answer that contains the sequence number `after`, or else the newest one,
/// from that number on. `Last-Event-ID`, which browsers send when they reconnect, takes precedence.
///
/// # Errors
/// 401 without a session; 404 if the conversation has no answer, does not exist or belongs to another user.
pub async fn follow(
    State(core): State<Core>,
    Member(current): Member,
    Path(id): Path<String>,
    Query(cursor): Query<StreamCursor>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).unwrap_or(&cursor.after);
    let events = assistant::stream_answer(&core, current.user.id, &id, last.parse().unwrap_or_default()).await?;
    Ok(sse(events.map(event)))
}

fn event((seq, told): (i64, ChatEvent)) -> Event {
    let name = match told {
        ChatEvent::Agents { .. } => "agents",
        ChatEvent::Delta { .. } => "delta",
        ChatEvent::Done { .. } => "done",
    };
    Event::default().id(seq.to_string()).event(name).json_data(&told).unwrap_or_default()
}

fn sse<S: Stream<Item = Event> + Send + 'static>(events: S) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(events.map(Ok)).keep_alive(KeepAlive::default())
}
