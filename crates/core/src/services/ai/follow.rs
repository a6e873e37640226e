//! Reads along while an answer is written: from this process's memory where it writes, else from what the other one keeps.

use std::time::Duration;

use futures::{Stream, stream};
use huntaze_domain::ai::{
    AgentKind,
    chat::{self, AnswerState, ChatEvent, MessageView, Speaker},
};
use tokio::sync::watch;
use uuid::Uuid;

use super::{AiError, conversations};
use crate::{Core, ai::Draft, db};

/// What another process keeps is looked at so often.
const LOOKED_AT_EVERY: Duration = Duration::from_millis(500);

/// An answer of a conversation, the newest or the one that the place is in, from a place in its sequence on: what is new, and in the end the whole. Each event comes with the place
/// after it.
///
/// # Errors
/// There is no such conversation, or nothing was said in it.
pub async fn follow_chat(
    core: &Core,
    user_id: Uuid,
    conversation_id: &str,
    after: i64,
) -> Result<impl Stream<Item = (i64, ChatEvent)> + Send + use<>, AiError> {
    let conversation_id = conversations::parse(conversation_id)?;
    let mut answers = db::ai_conversations::messages(&core.db, user_id, conversation_id, None).await?;
    answers.retain(|message| message.speaker == Speaker::Assistant);
    // Who was in the middle of an earlier one gets the end of that.
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
            // What is stored is told from there: with what it came to, and what it rests on.
            if !draft.borrow().is_stored && (news.is_some() || draft.changed().await.is_ok()) {
                self.draft = Some(draft);
            }
            if news.is_some() {
                return news;
            }
        }
        None
    }

    /// From what is kept: what is new, or the end.
    async fn next_stored(&mut self) -> Option<(i64, ChatEvent)> {
        loop {
            let message = match conversations::message(&self.core, self.user_id, self.conversation_id, self.id).await {
                Ok(message) => message,
                Err(error) => {
                    // It was deleted, or the database does not answer: who reads along comes back.
                    tracing::debug!(%error, "nobody can read along");
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

    /// What was not told yet.
    fn news(&mut self, draft: &Draft) -> Option<(i64, ChatEvent)> {
        let message_id = self.id;
        if draft.agents != self.told_agents {
            self.told_agents.clone_from(&draft.agents);
            let agents = draft.agents.clone();
            return Some((chat::seq(self.number, self.told_bytes), ChatEvent::Agents { message_id, agents }));
        }
        // What another process keeps may be older than what was told: then there is nothing new yet. A place that is none is the beginning.
        if self.told_bytes < draft.text.len() && !draft.text.is_char_boundary(self.told_bytes) {
            self.told_bytes = 0;
        }
        let text = draft.text.get(self.told_bytes..).filter(|text| !text.is_empty())?.to_owned();
        self.told_bytes = draft.text.len();
        Some((chat::seq(self.number, self.told_bytes), ChatEvent::Text { message_id, text }))
    }
}
