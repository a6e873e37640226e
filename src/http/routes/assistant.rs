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
    assistant::chat::{ChatEvent, ChatInput, start_of_message},
    error::ErrorCode,
};
use serde::Deserialize;

use super::pages::viewer_zone;
use crate::{
    error::ApiError,
    features::assistant::{AnswerHtml, AnswerHtmlEvent},
    http::extract::{Member, Query},
    islands::chat_events::{AGENTS, DELTA, DONE},
};

/// Position in a stream to resume after, and the form of its events.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct StreamQuery {
    after: String,
    /// `html` for the events of `islands::chat_events`; else those of [`ChatEvent`].
    format: String,
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

/// `GET /api/ai/conversations/{id}/stream?after=&format=`: streams the answer that contains the sequence number `after`, or else the newest
/// one, from that number on; as HTML always from its beginning. `Last-Event-ID`, which browsers send when they reconnect, takes precedence.
///
/// # Errors
/// 401 without a session; 404 if the conversation has no answer, does not exist or belongs to another user.
pub async fn follow(
    State(core): State<Core>,
    Member(current): Member,
    (Path(id), Query(query)): (Path<String>, Query<StreamQuery>),
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).unwrap_or(&query.after);
    let after = last.parse().unwrap_or_default();
    if query.format != "html" {
        let events = assistant::stream_answer(&core, current.user.id, &id, after).await?;
        return Ok(sse(events.map(event).boxed()));
    }
    let start = start_of_message(after);
    let events = assistant::stream_answer(&core, current.user.id, &id, start).await?;
    let mut answer = AnswerHtml::new(viewer_zone(&headers), usize::try_from(after - start).unwrap_or_default());
    Ok(sse(events.map(move |(seq, told)| html_event(seq, answer.next(told))).boxed()))
}

fn html_event(seq: i64, event: AnswerHtmlEvent) -> Event {
    let id = Event::default().id(seq.to_string());
    match event {
        AnswerHtmlEvent::Agents(event) => id.event(AGENTS).json_data(&event),
        AnswerHtmlEvent::Delta(event) => id.event(DELTA).json_data(&event),
        AnswerHtmlEvent::Done(event) => id.event(DONE).json_data(&event),
    }
    .unwrap_or_default()
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
