//! Conversations with the assistant: what is asked, what is answered, and what an answer rests on.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AgentKind, AnswerCost};
use crate::{
    choice::choices,
    validation::{FieldErrors, refuse, typed_text},
};

/// Characters of a message.
pub const MESSAGE_MAX: usize = 4000;
/// Characters of a title.
pub const TITLE_MAX: usize = 80;
/// So many conversations stand on a page.
pub const CONVERSATIONS_PAGE: u32 = 30;
/// Between the places of two messages in the sequence of a conversation; longer than any message, in bytes.
const MESSAGE_STEP: i64 = 1_000_000;

/// `POST /api/ai/chat` and its siblings. All text, as a form sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ChatInput {
    /// The question.
    pub message: String,
    /// The conversation that it goes on; empty begins one.
    pub conversation_id: String,
    /// A question of before that it takes the place of, with all that came after it; empty for none.
    pub replaces: String,
    /// The newest message that is seen by who replaces one; empty where it does not matter whether there is a newer one.
    pub newest: String,
}

/// What was understood of a [`ChatInput`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatRequest {
    /// The question.
    pub message: String,
    /// The conversation that it goes on.
    pub conversation: Option<Uuid>,
    /// A question of before that it takes the place of.
    pub replaces: Option<Uuid>,
    /// The newest message that is seen by who replaces one.
    pub newest: Option<Uuid>,
}

impl ChatInput {
    /// Reads what was asked.
    ///
    /// # Errors
    /// A sentence for each field that is not understood.
    pub fn parse(&self) -> Result<ChatRequest, FieldErrors> {
        let mut errors = FieldErrors::new();
        let message = typed_text(&self.message);
        if message.is_empty() {
            refuse(&mut errors, "message", "Ask something.");
        } else if message.chars().count() > MESSAGE_MAX {
            refuse(&mut errors, "message", "At most 4,000 characters.");
        }
        let mut id = |field: &str, text: &str| match text {
            "" => None,
            text => text.parse().map_err(|_| refuse(&mut errors, field, "There is no such thing.")).ok(),
        };
        let (conversation, replaces) = (id("conversationId", &self.conversation_id), id("replaces", &self.replaces));
        let newest = id("newest", &self.newest);
        if errors.is_empty() { Ok(ChatRequest { message, conversation, replaces, newest }) } else { Err(errors) }
    }
}

/// The title of a conversation as it is kept: in one line, and not longer than [`TITLE_MAX`].
///
/// # Errors
/// A sentence, where nothing is left of it.
pub fn title(text: &str) -> Result<String, FieldErrors> {
    let words: Vec<_> = text.split_whitespace().collect();
    let line: String = words.join(" ").chars().filter(|character| !character.is_control()).take(TITLE_MAX).collect();
    let line = line.trim().to_owned();
    if line.is_empty() { Err(FieldErrors::from([("title".to_owned(), "Give it a name.".to_owned())])) } else { Ok(line) }
}

choices! {
    /// Who speaks.
    Speaker {
        /// The creator.
        Creator = "creator", "You";
        /// The AI.
        Assistant = "assistant", "Assistant";
    }
}

choices! {
    /// How far an answer is.
    AnswerState {
        /// It is being written.
        Writing = "writing", "Writing";
        /// It is whole.
        Complete = "complete", "Complete";
        /// The creator ended it.
        Stopped = "stopped", "Stopped";
        /// There is none, or it broke off.
        Failed = "failed", "Failed";
    }
}

/// Where figures of an answer come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// What was looked up: "Views, last 30 days".
    pub title: String,
    /// When the newest of it was read; none where nothing is known yet.
    pub as_of: Option<DateTime<Utc>>,
}

/// A message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageView {
    /// Ours.
    pub id: Uuid,
    /// Who speaks.
    pub speaker: Speaker,
    /// What is said, in Markdown where the assistant speaks; so far, where it is being written.
    pub text: String,
    /// How far it is.
    pub state: AnswerState,
    /// Why there is no more of it, in a sentence.
    pub problem: Option<String>,
    /// The agents that answered.
    pub agents: Vec<AgentKind>,
    /// What was looked up for it.
    pub sources: Vec<Source>,
    /// Numbers in it, as they are written there, that are in none of the sources.
    pub unverified: Vec<String>,
    /// What it came to.
    pub cost: Option<AnswerCost>,
    /// Whether a stand-in wrote it.
    pub is_sandbox: bool,
    /// The place of its end in the sequence of the conversation, from where a stream goes on.
    pub seq: i64,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
}

impl MessageView {
    /// How an answer ended that is not whole, in a sentence.
    pub fn ending(&self) -> Option<String> {
        match self.state {
            AnswerState::Writing | AnswerState::Complete => None,
            AnswerState::Stopped => Some("You stopped this answer.".to_owned()),
            AnswerState::Failed => Some(self.problem.clone().unwrap_or_else(|| "There is no answer.".to_owned())),
        }
    }
}

/// The place in the sequence of a conversation after so many bytes of its `number`th message.
pub fn seq(number: i32, bytes: usize) -> i64 {
    i64::from(number) * MESSAGE_STEP + i64::try_from(bytes).map_or(MESSAGE_STEP - 1, |bytes| bytes.min(MESSAGE_STEP - 1))
}

/// How many bytes of the `number`th message come before a place in the sequence.
pub fn bytes_before(seq: i64, number: i32) -> usize {
    let bytes = seq.checked_sub(i64::from(number) * MESSAGE_STEP).filter(|bytes| (0..MESSAGE_STEP).contains(bytes));
    bytes.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or_default()
}

/// The number of the message that a place in the sequence is in.
pub fn number_at(seq: i64) -> i64 {
    seq.div_euclid(MESSAGE_STEP)
}

/// `POST /api/ai/chat`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatAnswer {
    /// The conversation, which may be a new one.
    pub conversation_id: Uuid,
    /// What the assistant answered.
    pub message: MessageView,
}

/// `POST /api/ai/chat/start`: an answer that is being written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatStarted {
    /// The conversation, which may be a new one.
    pub conversation_id: Uuid,
    /// The question.
    pub question: MessageView,
    /// The answer, of which there is nothing yet.
    pub answer: MessageView,
}

/// An event of `GET /api/ai/conversations/{id}/stream`, named by its tag. Its id is the place in the sequence after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ChatEvent {
    /// Who answers.
    Agents {
        /// Of which answer.
        message_id: Uuid,
        /// Those who do.
        agents: Vec<AgentKind>,
    },
    /// More of the answer.
    Text {
        /// Of which.
        message_id: Uuid,
        /// What came.
        text: String,
    },
    /// The answer is as it stays, and the stream ends.
    Done {
        /// The whole of it.
        message: Box<MessageView>,
    },
}

/// A conversation in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConversationItem {
    /// Ours.
    pub id: Uuid,
    /// At first the beginning of its first question.
    pub title: String,
    /// When something was last said.
    pub updated_at: DateTime<Utc>,
}

/// `GET /api/ai/conversations?search=&page=`: the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConversationsPage {
    /// What all of them contain.
    pub search: String,
    /// Counted from 1.
    pub page: u32,
    /// How many pages there are.
    pub pages: u32,
    /// Those of this page.
    pub conversations: Vec<ConversationItem>,
}

/// `GET /api/ai/conversation?id=`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    /// Ours.
    pub id: Uuid,
    /// What it is called.
    pub title: String,
    /// All that was said, the oldest first.
    pub messages: Vec<MessageView>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_asked_is_read_as_typed() {
        let id = Uuid::from_u128(7);
        let input = ChatInput { message: " How\r\nare my views? ".to_owned(), conversation_id: id.to_string(), ..ChatInput::default() };
        let expected = ChatRequest { message: "How\nare my views?".to_owned(), conversation: Some(id), replaces: None, newest: None };
        assert_eq!(input.parse(), Ok(expected));
        let wrong =
            ChatInput { message: " ".to_owned(), conversation_id: "x".to_owned(), replaces: "y".to_owned(), newest: "z".to_owned() };
        let fields: Vec<_> = wrong.parse().expect_err("wrong").into_keys().collect();
        assert_eq!(fields, ["conversationId", "message", "newest", "replaces"]);
        let long = ChatInput { message: "é".repeat(MESSAGE_MAX + 1), ..ChatInput::default() };
        assert_eq!(long.parse().expect_err("too long")["message"], "At most 4,000 characters.");
    }

    #[test]
    fn a_title_is_one_line() {
        assert_eq!(title(" My\n views \u{7} "), Ok("My views".to_owned()));
        assert_eq!(title(&"x".repeat(100)).map(|title| title.len()), Ok(TITLE_MAX));
        assert!(title(" \n").is_err());
    }

    proptest! {
        #[test]
        fn a_place_belongs_to_one_message(number in 1_i32..10_000, bytes in 0_usize..999_999, other in 1_i32..10_000) {
            let place = seq(number, bytes);
            prop_assert_eq!((bytes_before(place, number), number_at(place)), (bytes, i64::from(number)));
            prop_assert!(number == other || bytes_before(place, other) == 0);
            prop_assert!(seq(number, bytes + 1) > place && seq(number + 1, 0) > place);
        }

        #[test]
        fn no_place_makes_it_panic(place: i64, number: i32) {
            let _ = (bytes_before(place, number), number_at(place));
        }
    }
}
