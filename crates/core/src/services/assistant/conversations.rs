//! Conversations and their messages.

use chrono::{DateTime, Utc};
use huntaze_domain::{
    assistant::chat::{self, CONVERSATIONS_PER_PAGE, Conversation, ConversationsPage, MessageState, MessageView},
    ids::{ConversationId, MessageId, UserId},
    text::clean_line,
};
use huntaze_texts as texts;

use crate::{
    Core,
    db::{self, DbError, assistant::conversations::StoredMessage},
    services::{
        ai_error::AiError,
        paging::{self, Page},
    },
};

/// Returns a page of the conversations that contain `search`, newest first. A page beyond the last one is replaced by the last.
pub async fn conversations(core: &Core, user_id: UserId, search: &str, page: u32) -> Result<ConversationsPage, AiError> {
    let search = clean_line(search);
    let read = |slice| db::assistant::conversations::list(&core.db, user_id, &search, slice);
    let Page { items: conversations, number: page, pages, .. } = paging::page(page, CONVERSATIONS_PER_PAGE, read).await?;
    Ok(ConversationsPage { search, page, pages, conversations })
}

/// Returns a conversation with all messages.
///
/// # Errors
/// Returns [`AiError::NotFound`] if the conversation does not exist or belongs to another user.
pub async fn conversation(core: &Core, user_id: UserId, id: &str) -> Result<Conversation, AiError> {
    let id = parse(id)?;
    let title = db::assistant::conversations::find_title(&core.db, user_id, id).await?.ok_or(AiError::NotFound)?;
    let now = core.clock.now();
    let messages = db::assistant::conversations::messages(&core.db, user_id, id, None).await?.into_iter().map(|message| view(message, now));
    Ok(Conversation { id, title, messages: messages.collect() })
}

/// Renames a conversation; returns the title as stored.
///
/// # Errors
/// Returns [`AiError::NotFound`] if the user has no such conversation, or [`AiError::InvalidInput`] if the title is empty.
pub async fn rename_conversation(core: &Core, user_id: UserId, id: &str, title: &str) -> Result<String, AiError> {
    let title = chat::title(title).map_err(AiError::InvalidInput)?;
    if db::assistant::conversations::rename(&core.db, user_id, parse(id)?, &title).await? { Ok(title) } else { Err(AiError::NotFound) }
}

/// Deletes a conversation and stops the answer that is being generated in it.
///
/// # Errors
/// Returns [`AiError::NotFound`] if the user has no such conversation.
pub async fn delete_conversation(core: &Core, user_id: UserId, id: &str) -> Result<(), AiError> {
    let id = parse(id)?;
    if let Some(message_id) = db::assistant::conversations::request_stop(&core.db, user_id, id).await? {
        core.generations.stop(message_id);
    }
    if db::assistant::conversations::delete(&core.db, user_id, id).await? { Ok(()) } else { Err(AiError::NotFound) }
}

/// Marks answers whose lease has expired as failed. Returns their number.
pub async fn fail_abandoned_answers(core: &Core, now: DateTime<Utc>) -> Result<u64, DbError> {
    db::assistant::conversations::fail_abandoned(&core.db, None, texts::ai::INTERRUPTED, now).await
}

/// Finds one message.
pub(super) async fn message(core: &Core, user_id: UserId, conversation_id: ConversationId, id: MessageId) -> Result<MessageView, AiError> {
    let found =
        db::assistant::conversations::messages(&core.db, user_id, conversation_id, Some(id)).await?.pop().ok_or(AiError::NotFound)?;
    Ok(view(found, core.clock.now()))
}

/// Converts a message for display. A generating answer whose lease has expired is shown as failed.
pub(super) fn view(message: StoredMessage, now: DateTime<Utc>) -> MessageView {
    let is_dead = message.state == MessageState::Generating && message.leased_until.is_none_or(|leased_until| leased_until <= now);
    MessageView {
        id: message.id,
        role: message.role,
        seq: chat::seq_of(message.position, message.text.len()),
        text: message.text,
        state: if is_dead { MessageState::Failed } else { message.state },
        error: if is_dead { Some(texts::ai::INTERRUPTED.to_owned()) } else { message.error },
        agents: message.agents,
        sources: message.sources,
        unverified_numbers: message.unverified_numbers,
        usage: message.usage.filter(|usage| !usage.models.is_empty()),
        is_sandbox: message.is_sandbox,
        created_at: message.created_at,
    }
}

pub(super) fn parse(id: &str) -> Result<ConversationId, AiError> {
    id.parse().map_err(|_| AiError::NotFound)
}
