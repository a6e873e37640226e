//! Streams an answer while it is generated: from memory if this process generates it, otherwise by polling its checkpoints in the database.

use std::time::Duration;

use futures::{Stream, stream};
use huntaze_domain::ai::{
    AgentKind,
    chat::{self, AnswerState, ChatEvent, MessageView, Speaker},
};
use tokio::sync::watch;
use uuid::Uuid;

use super::{AiError, conversations};
use crate::{Core, ai::Draft, db, error::chain};

/// Interval for polling the checkpoints of another process.
const LOOKED_AT_EVERY: Duration = Duration::from_millis(500);

/// Streams the answer that the cursor `after` points into, or else the newest one of the conversation: first what is new after the cursor,
/// finally the whole message. Each event comes with the cursor after it.
///
/// # Errors
/// Returns [`AiError::Unknown`] if the user has no such conversation, or it has no answer.
pub async fn follow_chat(
    core: &Core,
    user_id: Uuid,
    conversation_id: &str,
    after: i64,
) -> Result<impl Stream<Item = (i64, ChatEvent)> + Send + use<>, AiError> {
    let conversation_id = conversations::parse(conversation_id)?;
    let mut answers = db::ai_conversations::messages(&core.db, user_id, conversation_id, None).await?;
    answers.retain(|message| message.speaker == Speaker::Assistant);
    // A client that was streaming an earlier answer gets the rest of that one.
    let began = answers.iter().position(|answer| i64::from(answer.number) == chat::number_at(after));
    let answer = began.map(|index| answers.swap_remove(index)).or_else(|| answers.pop()).ok_or(AiError::Unknown)?;
    let reader = Reader {
        core: core.clone(),
        user_id,
        conversation_id,
        id: answer.id,
        number: answer.number,
        draft: core.live_answers.follow(answer.id),
        told_agents: Vec::new(),
        told_bytes: chat::bytes_before(after, answer.number),
        has_ended: false,
    };
    Ok(stream::unfold(reader, async |mut reader| reader.next().await.map(|event| (event, reader))))
}

struct Reader {
    core: Core,
    user_id: Uuid,
    conversation_id: Uuid,
    id: Uuid,
    number: i32,
    draft: Option<watch::Receiver<Draft>>,
    told_agents: Vec<AgentKind>,
    told_bytes: usize,
    has_ended: bool,
}

impl Reader {
    async fn next(&mut self) -> Option<(i64, ChatEvent)> {
        while !self.has_ended {
            let Some(mut draft) = self.draft.take() else { return self.next_stored().await };
            let news = self.news(&draft.borrow_and_update());
            // A stored answer is read from the database, which also has its sources and usage.
            if !draft.borrow().is_stored && (news.is_some() || draft.changed().await.is_ok()) {
                self.draft = Some(draft);
            }
            if news.is_some() {
                return news;
            }
        }
        None
    }

    /// Returns the next event from the database: new text, or the finished message.
    async fn next_stored(&mut self) -> Option<(i64, ChatEvent)> {
        loop {
            let message = match conversations::message(&self.core, self.user_id, self.conversation_id, self.id).await {
                Ok(message) => message,
                Err(error) => {
                    // The message was deleted, or the query failed; the client reconnects.
                    tracing::debug!(error = chain(&error), "answer stream closed: message not readable");
                    self.has_ended = true;
                    return None;
                }
            };
            if message.state != AnswerState::Writing {
                self.has_ended = true;
                return Some((message.seq, ChatEvent::Done { message: Box::new(message) }));
            }
            let MessageView { agents, text, .. } = message;
            let news = self.news(&Draft { agents, text, is_stored: false });
            if news.is_some() {
                return news;
            }
            tokio::time::sleep(LOOKED_AT_EVERY).await;
        }
    }

    /// Returns the next event that was not sent yet, or `None` if there is nothing new.
    fn news(&mut self, draft: &Draft) -> Option<(i64, ChatEvent)> {
        let message_id = self.id;
        if draft.agents != self.told_agents {
            self.told_agents.clone_from(&draft.agents);
            let agents = draft.agents.clone();
            return Some((chat::seq(self.number, self.told_bytes), ChatEvent::Agents { message_id, agents }));
        }
        // A checkpoint may be older than what was sent; then there is nothing new yet. A cursor inside a character is invalid and restarts
        // at the beginning.
        if self.told_bytes < draft.text.len() && !draft.text.is_char_boundary(self.told_bytes) {
            self.told_bytes = 0;
        }
        let text = draft.text.get(self.told_bytes..).filter(|text| !text.is_empty())?.to_owned();
        self.told_bytes = draft.text.len();
        Some((chat::seq(self.number, self.told_bytes), ChatEvent::Text { message_id, text }))
    }
}
