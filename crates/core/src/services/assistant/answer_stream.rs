//! Streams an answer while it is generated: from memory if this process generates it, otherwise from the copy in Redis, or without one by
//! polling its checkpoints in the database.

use std::time::{Duration, Instant};

use futures::{Stream, stream};
use huntaze_domain::{
    ai::AgentKind,
    assistant::chat::{self, ChatEvent, MessageRole, MessageState, MessageView},
    ids::{ConversationId, MessageId, UserId},
};
use tokio::sync::watch;

use super::conversations;
use crate::{Core, ai::PartialAnswer, db, error::chain, infra::metrics::Counted, services::ai_error::AiError};

/// Interval for polling the checkpoints of another process.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// Interval for polling the copy of another process.
const COPY_POLL_INTERVAL: Duration = Duration::from_millis(50);
/// If a copy does not change for so long, the database is asked whether its process still lives.
const MAX_SILENCE: Duration = Duration::from_secs(2);

/// Streams the answer that the cursor `after` points into, or else the newest one of the conversation: first what is new after the cursor,
/// finally the whole message. Each event comes with the cursor after it.
///
/// # Errors
/// Returns [`AiError::NotFound`] if the user has no such conversation, or it has no answer.
pub async fn stream_answer(
    core: &Core,
    user_id: UserId,
    conversation_id: &str,
    after: i64,
) -> Result<impl Stream<Item = (i64, ChatEvent)> + Send + use<>, AiError> {
    let conversation_id = conversations::parse(conversation_id)?;
    let mut answers = db::assistant::conversations::messages(&core.db, user_id, conversation_id, None).await?;
    answers.retain(|message| message.role == MessageRole::Assistant);
    // A client that was streaming an earlier answer gets the rest of that one.
    let began = answers.iter().position(|answer| i64::from(answer.position) == chat::position_at(after));
    let answer = began.map(|index| answers.swap_remove(index)).or_else(|| answers.pop()).ok_or(AiError::NotFound)?;
    let answer_stream = AnswerStream {
        core: core.clone(),
        user_id,
        conversation_id,
        id: answer.id,
        position: answer.position,
        partial: core.generations.subscribe(answer.id),
        sent_agents: Vec::new(),
        sent_bytes: chat::byte_offset(after, answer.position),
        has_ended: false,
        _open: Counted::new("answer_streams_open"),
    };
    Ok(stream::unfold(answer_stream, async |mut answer_stream| answer_stream.next().await.map(|event| (event, answer_stream))))
}

struct AnswerStream {
    core: Core,
    user_id: UserId,
    conversation_id: ConversationId,
    id: MessageId,
    position: i32,
    partial: Option<watch::Receiver<PartialAnswer>>,
    sent_agents: Vec<AgentKind>,
    sent_bytes: usize,
    has_ended: bool,
    _open: Counted,
}

impl AnswerStream {
    async fn next(&mut self) -> Option<(i64, ChatEvent)> {
        while !self.has_ended {
            let Some(mut partial) = self.partial.take() else { return self.next_stored().await };
            let event = self.next_event(&partial.borrow_and_update());
            // A stored answer is read from the database, which also has its sources and usage.
            if !partial.borrow().is_final && (event.is_some() || partial.changed().await.is_ok()) {
                self.partial = Some(partial);
            }
            if event.is_some() {
                return event;
            }
        }
        None
    }

    /// Returns the next event from the copy of another process; `None` if there is no copy, or it does not change.
    async fn next_copied(&mut self) -> Option<(i64, ChatEvent)> {
        let given_up = Instant::now() + MAX_SILENCE;
        while Instant::now() < given_up {
            let partial = self.core.generations.find_remote(self.id).await.filter(|partial| !partial.is_final)?;
            let event = self.next_event(&partial);
            if event.is_some() {
                return event;
            }
            tokio::time::sleep(COPY_POLL_INTERVAL).await;
        }
        None
    }

    /// Returns the next event of another process: new text, or the finished message.
    async fn next_stored(&mut self) -> Option<(i64, ChatEvent)> {
        loop {
            let event = self.next_copied().await;
            if event.is_some() {
                return event;
            }
            let message = match conversations::message(&self.core, self.user_id, self.conversation_id, self.id).await {
                Ok(message) => message,
                Err(error) => {
                    // The message was deleted, or the query failed; the client reconnects.
                    tracing::debug!(error = chain(&error), "answer stream closed: message not readable");
                    self.has_ended = true;
                    return None;
                }
            };
            if message.state != MessageState::Generating {
                self.has_ended = true;
                return Some((message.seq, ChatEvent::Done { message: Box::new(message) }));
            }
            let MessageView { agents, text, .. } = message;
            let event = self.next_event(&PartialAnswer { agents, text, is_final: false });
            if event.is_some() {
                return event;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Returns the next event that was not sent yet, or `None` if there is nothing new.
    fn next_event(&mut self, partial: &PartialAnswer) -> Option<(i64, ChatEvent)> {
        let message_id = self.id;
        if partial.agents != self.sent_agents {
            self.sent_agents.clone_from(&partial.agents);
            let agents = partial.agents.clone();
            return Some((chat::seq_of(self.position, self.sent_bytes), ChatEvent::Agents { message_id, agents }));
        }
        // A checkpoint may be older than what was sent; then there is nothing new yet. A cursor inside a character is invalid and restarts
        // at the beginning.
        if self.sent_bytes < partial.text.len() && !partial.text.is_char_boundary(self.sent_bytes) {
            self.sent_bytes = 0;
        }
        let text = partial.text.get(self.sent_bytes..).filter(|text| !text.is_empty())?.to_owned();
        self.sent_bytes = partial.text.len();
        Some((chat::seq_of(self.position, self.sent_bytes), ChatEvent::Delta { message_id, text }))
    }
}
