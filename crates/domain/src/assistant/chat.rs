//! Conversations with the assistant: messages, their state and sources, and the events of an answer stream.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ai::AgentKind,
    billing::AiUsage,
    ids::{ConversationId, MessageId},
    string_enum::string_enum,
    text::{clean_line, clean_text},
    validation::{FieldError, FieldErrors, Rules, add_error, field_error},
};

/// Maximum length of a user's message in characters.
pub const MAX_MESSAGE_CHARS: usize = 4000;
/// Maximum length of a title in characters.
pub const MAX_TITLE_CHARS: usize = 80;
/// Rules of a user's message.
pub const MESSAGE_RULES: Rules =
    Rules { max_chars: Some((MAX_MESSAGE_CHARS, FieldError::MessageTooLong)), ..Rules::required(FieldError::MessageMissing) };
/// Rules of a title. A longer one is truncated.
pub const TITLE_RULES: Rules = Rules::required(FieldError::TitleMissing);
/// Number of conversations per page.
pub const CONVERSATIONS_PER_PAGE: u32 = 30;
/// Distance between the sequence numbers of consecutive messages. Exceeds the length of any message in bytes.
const SEQ_STRIDE: i64 = 1_000_000;

/// `POST /api/ai/chat` and its variants: a message to the assistant. All fields are text, as sent by a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ChatInput {
    /// Text of the message.
    pub message: String,
    /// Id of the conversation; empty starts a new one.
    pub conversation_id: String,
    /// Id of an earlier user message that this one replaces, together with all messages after it; empty for none.
    pub replaces_message_id: String,
    /// Id of the newest message that the client has seen, for optimistic concurrency control when replacing a message; empty skips the
    /// check.
    pub last_seen_message_id: String,
}

/// A validated [`ChatInput`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatRequest {
    /// Sanitized text of the message.
    pub message: String,
    /// Id of the conversation; `None` starts a new one.
    pub conversation: Option<ConversationId>,
    /// Id of the user message to replace; `None` appends.
    pub replaces_message_id: Option<MessageId>,
    /// Id of the newest message that the client has seen; `None` skips the check for newer ones.
    pub last_seen_message_id: Option<MessageId>,
}

impl ChatInput {
    /// Parses and validates the input.
    pub fn parse(&self) -> Result<ChatRequest, FieldErrors> {
        let mut errors = FieldErrors::new();
        let message = clean_text(&self.message);
        if let Err(error) = MESSAGE_RULES.check(&message) {
            add_error(&mut errors, "message", error);
        }
        let conversation = parse_id(&self.conversation_id, "conversationId", &mut errors);
        let replaces_message_id = parse_id(&self.replaces_message_id, "replacesMessageId", &mut errors);
        let last_seen_message_id = parse_id(&self.last_seen_message_id, "lastSeenMessageId", &mut errors);
        if errors.is_empty() { Ok(ChatRequest { message, conversation, replaces_message_id, last_seen_message_id }) } else { Err(errors) }
    }
}

/// Parses an optional id; an empty text stands for none.
fn parse_id<T: FromStr>(text: &str, field: &str, errors: &mut FieldErrors) -> Option<T> {
    if text.is_empty() {
        return None;
    }
    text.parse().map_err(|_| add_error(errors, field, FieldError::UnknownId)).ok()
}

/// Normalizes the title of a conversation: one line, truncated to [`MAX_TITLE_CHARS`] characters.
///
/// # Errors
/// A message if nothing is left.
pub fn title(text: &str) -> Result<String, FieldErrors> {
    let line: String = clean_line(text).chars().take(MAX_TITLE_CHARS).collect();
    let line = line.trim_end().to_owned();
    TITLE_RULES.check(&line).map_err(|error| field_error("title", error))?;
    Ok(line)
}

string_enum! {
    /// Author of a message.
    MessageRole {
        /// The user.
        User = "user";
        /// The model.
        Assistant = "assistant";
    }
}

string_enum! {
    /// State of an answer.
    MessageState {
        /// The answer is being generated.
        Generating = "generating";
        /// The answer is complete.
        Complete = "complete";
        /// The user stopped the generation.
        Stopped = "stopped";
        /// The generation failed; there may be partial text.
        Failed = "failed";
    }
}

/// Data that an answer is based on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// Description of the data, such as "Views, last 30 days".
    pub title: String,
    /// Time at which the newest of the data was fetched; `None` if there is no data yet.
    pub as_of: Option<DateTime<Utc>>,
}

/// A message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageView {
    /// Id of the message.
    pub id: MessageId,
    /// Author of the message.
    pub role: MessageRole,
    /// Text, in Markdown if the author is the assistant; the partial text while it is being generated.
    pub text: String,
    /// State of the message.
    pub state: MessageState,
    /// Why the generation failed, as a sentence for the user; `None` if it did not fail.
    pub error: Option<String>,
    /// Agents that generated the answer.
    pub agents: Vec<AgentKind>,
    /// Data that the answer is based on.
    pub sources: Vec<Source>,
    /// Numbers in the text, as written there, that occur in none of the sources.
    pub unverified_numbers: Vec<String>,
    /// Usage of the answer; `None` for messages of the user.
    pub usage: Option<AiUsage>,
    /// Whether the sandbox stood in for the model.
    pub is_sandbox: bool,
    /// Sequence number of the end of the text, the cursor from which a stream is resumed.
    pub seq: i64,
    /// Time at which the message was created.
    pub created_at: DateTime<Utc>,
}

/// Returns the sequence number after the first `bytes` bytes of the message at position `number` of a conversation.
pub fn seq_of(number: i32, bytes: usize) -> i64 {
    i64::from(number) * SEQ_STRIDE + i64::try_from(bytes).map_or(SEQ_STRIDE - 1, |bytes| bytes.min(SEQ_STRIDE - 1))
}

/// Returns how many bytes of the message at position `number` precede a sequence number; 0 if it belongs to another message.
pub fn byte_offset(seq: i64, number: i32) -> usize {
    let bytes = seq.checked_sub(i64::from(number) * SEQ_STRIDE).filter(|bytes| (0..SEQ_STRIDE).contains(bytes));
    bytes.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or_default()
}

/// Returns the sequence number at the start of the message that a sequence number belongs to.
pub fn start_of_message(seq: i64) -> i64 {
    seq - seq.rem_euclid(SEQ_STRIDE)
}

/// Returns the position of the message that a sequence number belongs to.
pub fn position_at(seq: i64) -> i64 {
    seq.div_euclid(SEQ_STRIDE)
}

/// `POST /api/ai/chat`: a complete answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatAnswer {
    /// Id of the conversation, which may be new.
    pub conversation_id: ConversationId,
    /// Answer of the assistant.
    pub message: MessageView,
}

/// `POST /api/ai/chat/start`: an answer whose generation has started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatStarted {
    /// Id of the conversation, which may be new.
    pub conversation_id: ConversationId,
    /// Message of the user.
    pub question: MessageView,
    /// Answer of the assistant, still empty.
    pub answer: MessageView,
}

/// A server-sent event of `GET /api/ai/conversations/{id}/stream`; its name is the tag, and its id is the sequence number after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ChatEvent {
    /// The agents of the answer are known.
    Agents {
        /// Id of the answer.
        message_id: MessageId,
        /// Agents that generate the answer.
        agents: Vec<AgentKind>,
    },
    /// A delta of the answer.
    Delta {
        /// Id of the answer.
        message_id: MessageId,
        /// Text to append.
        text: String,
    },
    /// The answer is final. The stream ends after this event.
    Done {
        /// The final message.
        message: Box<MessageView>,
    },
}

/// A conversation, as shown in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConversationItem {
    /// Id of the conversation.
    pub id: ConversationId,
    /// Title; initially the beginning of the first message.
    pub title: String,
    /// Time of the newest message.
    pub updated_at: DateTime<Utc>,
}

/// `GET /api/ai/conversations?search=&page=`: one page of conversations, most recent first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConversationsPage {
    /// Text that the listed conversations contain; empty if the list is not filtered.
    pub search: String,
    /// Page number, from 1.
    pub page: u32,
    /// Total number of pages.
    pub pages: u32,
    /// Conversations of this page.
    pub conversations: Vec<ConversationItem>,
}

/// `GET /api/ai/conversation?id=`: a conversation with its messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    /// Id of the conversation.
    pub id: ConversationId,
    /// Title of the conversation.
    pub title: String,
    /// All messages, oldest first.
    pub messages: Vec<MessageView>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use uuid::Uuid;

    use super::*;

    #[test]
    fn parse_sanitizes_message_and_names_invalid_fields() {
        let id = Uuid::from_u128(7);
        let input = ChatInput { message: " How\r\nare my views? ".to_owned(), conversation_id: id.to_string(), ..ChatInput::default() };
        let expected = ChatRequest {
            message: "How\nare my views?".to_owned(),
            conversation: Some(ConversationId::from(id)),
            replaces_message_id: None,
            last_seen_message_id: None,
        };
        assert_eq!(input.parse(), Ok(expected));
        let wrong = ChatInput {
            message: " ".to_owned(),
            conversation_id: "x".to_owned(),
            replaces_message_id: "y".to_owned(),
            last_seen_message_id: "z".to_owned(),
        };
        let fields: Vec<_> = wrong.parse().expect_err("wrong").into_keys().collect();
        assert_eq!(fields, ["conversationId", "lastSeenMessageId", "message", "replacesMessageId"]);
        let long = ChatInput { message: "é".repeat(MAX_MESSAGE_CHARS + 1), ..ChatInput::default() };
        assert_eq!(long.parse().expect_err("too long")["message"], FieldError::MessageTooLong);
    }

    #[test]
    fn title_is_normalized_to_one_line() {
        assert_eq!(title(" My\n views \u{7} "), Ok("My views".to_owned()));
        assert_eq!(title(&"x".repeat(100)).map(|title| title.len()), Ok(MAX_TITLE_CHARS));
        assert!(title(" \n").is_err());
    }

    proptest! {
        #[test]
        fn seq_maps_to_exactly_one_message(number in 1_i32..10_000, bytes in 0_usize..999_999, other in 1_i32..10_000) {
            let place = seq_of(number, bytes);
            prop_assert_eq!((byte_offset(place, number), position_at(place)), (bytes, i64::from(number)));
            prop_assert!(number == other || byte_offset(place, other) == 0);
            prop_assert!(seq_of(number, bytes + 1) > place && seq_of(number + 1, 0) > place);
        }

        #[test]
        fn decoding_of_any_seq_does_not_panic(place: i64, number: i32) {
            let _ = (byte_offset(place, number), position_at(place));
        }
    }
}
