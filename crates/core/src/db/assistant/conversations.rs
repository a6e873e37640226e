//! Conversations with the assistant and their messages.

use chrono::{DateTime, Utc};
use huntaze_domain::{
    ai::AgentKind,
    assistant::chat::{ConversationItem, MessageRole, MessageState, Source},
    billing::AiUsage,
    ids::{AiRequestId, ConversationId, MessageId, Owned, UserId},
    string_enum::StringEnum,
};
use serde::Serialize;
use sqlx::{PgExecutor, types::Json};

use crate::db::{DbError, Slice};

/// Inserts a conversation. The positions of its first question and answer, 1 and 2, are allocated.
pub async fn insert(db: impl PgExecutor<'_>, new: Owned<ConversationId>, title: &str, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO ai_conversations (id, user_id, title, last_position, created_at, updated_at) VALUES ($1, $2, $3, 2, $4, $4)",
        new.id.uuid(),
        new.user_id.uuid(),
        title,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Allocates two consecutive positions, for a question and its answer, in a user's conversation. The update locks the conversation until
/// the transaction ends, so concurrent messages to it are serialized. Returns the position of the question, or `None` if the user has no
/// such conversation.
pub async fn allocate_positions(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    id: ConversationId,
    now: DateTime<Utc>,
) -> Result<Option<i32>, DbError> {
    let position = sqlx::query_scalar!(
        r#"UPDATE ai_conversations SET updated_at = $3, last_position = last_position + 2 WHERE id = $2 AND user_id = $1
           RETURNING last_position - 1 AS "position!""#,
        user_id.uuid(),
        id.uuid(),
        now
    );
    Ok(position.fetch_optional(db).await?)
}

/// Renames a user's conversation. Returns `false` if there is none.
pub async fn rename(db: impl PgExecutor<'_>, user_id: UserId, id: ConversationId, title: &str) -> Result<bool, DbError> {
    let renamed = sqlx::query!("UPDATE ai_conversations SET title = $3 WHERE id = $2 AND user_id = $1", user_id.uuid(), id.uuid(), title);
    Ok(renamed.execute(db).await?.rows_affected() == 1)
}

/// Deletes a user's conversation and its messages. Returns `false` if there is none.
pub async fn delete(db: impl PgExecutor<'_>, user_id: UserId, id: ConversationId) -> Result<bool, DbError> {
    let deleted = sqlx::query!("DELETE FROM ai_conversations WHERE id = $2 AND user_id = $1", user_id.uuid(), id.uuid());
    Ok(deleted.execute(db).await?.rows_affected() == 1)
}

/// Returns the title of a user's conversation, or `None` if there is no such conversation.
pub async fn find_title(db: impl PgExecutor<'_>, user_id: UserId, id: ConversationId) -> Result<Option<String>, DbError> {
    let title = sqlx::query_scalar!("SELECT title FROM ai_conversations WHERE id = $2 AND user_id = $1", user_id.uuid(), id.uuid());
    Ok(title.fetch_optional(db).await?)
}

/// Lists a page of a user's conversations whose title or messages contain `search` (case-insensitive; all if empty), most recently updated
/// first, and the total number of matches. The total is 0 if the page is past the end.
pub async fn list(db: impl PgExecutor<'_>, user_id: UserId, search: &str, slice: Slice) -> Result<(Vec<ConversationItem>, i64), DbError> {
    let rows = sqlx::query!(
        r#"SELECT id, title, updated_at, count(*) OVER () AS "total!" FROM ai_conversations
            WHERE user_id = $1
              AND ($2 = '' OR strpos(lower(title), lower($2)) > 0
                   OR EXISTS (SELECT FROM ai_messages WHERE conversation_id = ai_conversations.id AND strpos(lower(text), lower($2)) > 0))
            ORDER BY updated_at DESC, id DESC LIMIT $3 OFFSET $4"#,
        user_id.uuid(),
        search,
        slice.limit,
        slice.offset
    );
    let rows = rows.fetch_all(db).await?;
    let total = rows.first().map_or(0, |row| row.total);
    let items =
        rows.into_iter().map(|row| ConversationItem { id: ConversationId::from(row.id), title: row.title, updated_at: row.updated_at });
    Ok((items.collect(), total))
}

/// A question to be inserted, and its answer, which is yet to be generated.
pub struct NewExchange<'a> {
    /// Conversation of both.
    pub conversation_id: ConversationId,
    /// Position of the question in the conversation, from 1; the answer follows it.
    pub position: i32,
    /// Id of the question.
    pub question_id: MessageId,
    /// Text of the question.
    pub question: &'a str,
    /// Id of the answer.
    pub answer_id: MessageId,
    /// AI request of the answer.
    pub request_id: AiRequestId,
    /// End of the lease on the answer.
    pub leased_until: DateTime<Utc>,
    /// Whether the sandbox generates the answer instead of the real model.
    pub is_sandbox: bool,
}

/// Inserts a question and its answer, which is empty and generating. Returns both.
pub async fn insert_exchange(
    db: impl PgExecutor<'_>,
    new: &NewExchange<'_>,
    now: DateTime<Utc>,
) -> Result<(StoredMessage, StoredMessage), DbError> {
    sqlx::query!(
        "INSERT INTO ai_messages (id, conversation_id, position, role, text, state, request_id, leased_until, is_sandbox, created_at)
         VALUES ($2, $1, $3, 'user', $4, 'complete', NULL, NULL, false, $9),
                ($5, $1, $3 + 1, 'assistant', '', 'generating', $6, $7, $8, $9)",
        new.conversation_id.uuid(),
        new.question_id.uuid(),
        new.position,
        new.question,
        new.answer_id.uuid(),
        new.request_id.uuid(),
        new.leased_until,
        new.is_sandbox,
        now
    )
    .execute(db)
    .await?;
    let question = StoredMessage {
        id: new.question_id,
        position: new.position,
        role: MessageRole::User,
        text: new.question.to_owned(),
        state: MessageState::Complete,
        error: None,
        agents: Vec::new(),
        sources: Vec::new(),
        unverified_numbers: Vec::new(),
        usage: None,
        is_sandbox: false,
        leased_until: None,
        created_at: now,
    };
    let answer = StoredMessage {
        id: new.answer_id,
        position: new.position + 1,
        role: MessageRole::Assistant,
        text: String::new(),
        state: MessageState::Generating,
        usage: Some(AiUsage::default()),
        is_sandbox: new.is_sandbox,
        leased_until: Some(new.leased_until),
        ..question.clone()
    };
    Ok((question, answer))
}

/// Deletes the messages of a conversation at and after `position`.
pub async fn truncate_from(db: impl PgExecutor<'_>, conversation_id: ConversationId, position: i32) -> Result<(), DbError> {
    sqlx::query!("DELETE FROM ai_messages WHERE conversation_id = $1 AND position >= $2", conversation_id.uuid(), position)
        .execute(db)
        .await?;
    Ok(())
}

/// Marks generating answers with an expired lease as failed, in one conversation or in all. Returns how many were marked.
pub async fn fail_abandoned(
    db: impl PgExecutor<'_>,
    conversation_id: Option<ConversationId>,
    error: &str,
    now: DateTime<Utc>,
) -> Result<u64, DbError> {
    let given_up = sqlx::query!(
        "UPDATE ai_messages SET state = 'failed', error = $2, leased_until = NULL
          WHERE state = 'generating' AND leased_until <= $3 AND ($1::uuid IS NULL OR conversation_id = $1)",
        conversation_id.map(ConversationId::uuid),
        error,
        now
    );
    Ok(given_up.execute(db).await?.rows_affected())
}

/// A message, as stored.
#[derive(Debug, Clone)]
pub struct StoredMessage {
    /// Id of the message.
    pub id: MessageId,
    /// Position in the conversation, from 1.
    pub position: i32,
    /// Author of the message.
    pub role: MessageRole,
    /// Text; partial while the answer is generating or if it was stopped or failed.
    pub text: String,
    /// State of the message.
    pub state: MessageState,
    /// Sentence for the user that says why the answer is incomplete, or `None`.
    pub error: Option<String>,
    /// Agents that contributed to the answer.
    pub agents: Vec<AgentKind>,
    /// Tool results that the answer is based on.
    pub sources: Vec<Source>,
    /// Numbers in the text that do not occur in any source.
    pub unverified_numbers: Vec<String>,
    /// Usage of the request; `None` for a question.
    pub usage: Option<AiUsage>,
    /// Whether the sandbox generated it instead of the real model.
    pub is_sandbox: bool,
    /// End of the lease of a generating answer; `None` for all other messages. After it the process that generates is considered dead.
    pub leased_until: Option<DateTime<Utc>>,
    /// Time at which the message was inserted.
    pub created_at: DateTime<Utc>,
}

/// Lists the messages of a user's conversation in order of position; only message `id` if it is given.
pub async fn messages(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    conversation_id: ConversationId,
    id: Option<MessageId>,
) -> Result<Vec<StoredMessage>, DbError> {
    let rows = sqlx::query!(
        r#"SELECT ai_messages.id, position, role, text, ai_messages.state, error, ai_messages.agents, sources AS "sources: Json<Vec<Source>>",
                  unverified_numbers, is_sandbox, leased_until, ai_messages.created_at, request_id,
                  usage.agents AS "asked!", usage.models AS "models!", usage.input_tokens AS "input_tokens!",
                  usage.output_tokens AS "output_tokens!", usage.cost_micro_usd AS "cost_micro_usd!", usage.is_cache_hit AS "is_cache_hit!"
             FROM ai_messages
             JOIN ai_conversations ON ai_conversations.id = conversation_id
             CROSS JOIN LATERAL (
                  SELECT coalesce(array_agg(DISTINCT ai_usage.agent), '{}') AS agents, coalesce(array_agg(DISTINCT ai_usage.model), '{}') AS models,
                         coalesce(sum(ai_usage.input_tokens), 0)::bigint AS input_tokens,
                         coalesce(sum(ai_usage.output_tokens), 0)::bigint AS output_tokens,
                         coalesce(sum(ai_usage.cost_micro_usd), 0)::bigint AS cost_micro_usd,
                         coalesce(bool_and(ai_usage.is_cache_hit), false) AS is_cache_hit
                    FROM ai_usage WHERE ai_usage.request_id = ai_messages.request_id) AS usage
            WHERE user_id = $1 AND conversation_id = $2 AND ($3::uuid IS NULL OR ai_messages.id = $3)
            ORDER BY position"#,
        user_id.uuid(),
        conversation_id.uuid(),
        id.map(MessageId::uuid)
    );
    let stored = rows.fetch_all(db).await?.into_iter().map(|row| {
        let known = |column| DbError::Inconsistent { table: "ai_messages", column };
        let agents = |names: &[String]| names.iter().filter_map(|name| AgentKind::parse(name)).collect();
        let usage = row.request_id.map(|_| AiUsage {
            agents: agents(&row.asked),
            models: row.models,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cost_micro_usd: row.cost_micro_usd,
            is_cache_hit: row.is_cache_hit,
        });
        Ok(StoredMessage {
            id: MessageId::from(row.id),
            position: row.position,
            role: MessageRole::parse(&row.role).ok_or(known("role"))?,
            text: row.text,
            state: MessageState::parse(&row.state).ok_or(known("state"))?,
            error: row.error,
            agents: agents(&row.agents),
            sources: row.sources.0,
            unverified_numbers: row.unverified_numbers,
            usage,
            is_sandbox: row.is_sandbox,
            leased_until: row.leased_until,
            created_at: row.created_at,
        })
    });
    stored.collect()
}

/// What has been generated of an answer.
pub struct Checkpoint<'a> {
    /// Text so far.
    pub text: &'a str,
    /// Agents that contributed to it.
    pub agents: &'a [AgentKind],
    /// New end of the lease.
    pub leased_until: DateTime<Utc>,
}

/// Saves the partial text of a generating answer and renews its lease. Returns whether to continue: `false` if the user requested a stop,
/// or if the message is no longer generating or was deleted.
pub async fn checkpoint(db: impl PgExecutor<'_>, id: MessageId, checkpoint: Checkpoint<'_>) -> Result<bool, DbError> {
    let kept = sqlx::query_scalar!(
        "UPDATE ai_messages SET text = $2, agents = $3, leased_until = $4 WHERE id = $1 AND state = 'generating' RETURNING stop_requested",
        id.uuid(),
        checkpoint.text,
        &words(checkpoint.agents),
        checkpoint.leased_until
    );
    Ok(kept.fetch_optional(db).await? == Some(false))
}

/// Final state of an answer.
pub struct FinishedMessage<'a> {
    /// Id of the message.
    pub id: MessageId,
    /// Full text.
    pub text: &'a str,
    /// Final state.
    pub state: MessageState,
    /// Sentence for the user that says why the answer is incomplete, or `None`.
    pub error: Option<&'a str>,
    /// Agents that contributed to the answer.
    pub agents: &'a [AgentKind],
    /// Tool results that the answer is based on.
    pub sources: &'a [Source],
    /// Numbers in the text that do not occur in any source.
    pub unverified_numbers: &'a [String],
}

/// Stores the final state of a generating answer. Returns `false` if it had already ended, as when its lease expired and it was marked as
/// failed, which the user has seen. Returns `true` if the message was deleted.
pub async fn finish_message(db: impl PgExecutor<'_>, finished: &FinishedMessage<'_>) -> Result<bool, DbError> {
    let given_up = sqlx::query_scalar!(
        r#"WITH ended AS (
               UPDATE ai_messages SET text = $2, state = $3, error = $4, agents = $5, sources = $6, unverified_numbers = $7, leased_until = NULL
                WHERE id = $1 AND state = 'generating' RETURNING id
           )
           SELECT EXISTS (SELECT FROM ai_messages WHERE id = $1 AND state <> 'generating') AS "given_up!" FROM (SELECT count(*) FROM ended) AS done"#,
        finished.id.uuid(),
        finished.text,
        finished.state.as_str(),
        finished.error,
        &words(finished.agents),
        Json(finished.sources) as _,
        finished.unverified_numbers
    );
    // Both parts of the statement see the same snapshot, so the `SELECT` reads the state before the update.
    Ok(!given_up.fetch_one(db).await?)
}

/// Requests a stop of the answer that is being generated in a user's conversation. Returns the id of that message, or `None` if none is
/// generating.
pub async fn request_stop(db: impl PgExecutor<'_>, user_id: UserId, conversation_id: ConversationId) -> Result<Option<MessageId>, DbError> {
    let asked = sqlx::query_scalar!(
        "UPDATE ai_messages SET stop_requested = true FROM ai_conversations
          WHERE ai_conversations.id = conversation_id AND user_id = $1 AND conversation_id = $2 AND state = 'generating' RETURNING ai_messages.id",
        user_id.uuid(),
        conversation_id.uuid()
    );
    Ok(asked.fetch_optional(db).await?.map(Into::into))
}

/// A message in the user's data export.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedMessage {
    conversation_id: ConversationId,
    title: String,
    role: String,
    text: String,
    created_at: DateTime<Utc>,
}

/// Lists all messages of all conversations of a user, for the data export.
pub async fn export(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Vec<ExportedMessage>, DbError> {
    let messages = sqlx::query_as!(
        ExportedMessage,
        "SELECT conversation_id, title, role, text, ai_messages.created_at
           FROM ai_messages JOIN ai_conversations ON ai_conversations.id = conversation_id
          WHERE user_id = $1 ORDER BY conversation_id, position",
        user_id.uuid()
    );
    Ok(messages.fetch_all(db).await?)
}

fn words(agents: &[AgentKind]) -> Vec<String> {
    agents.iter().map(|agent| agent.as_str().to_owned()).collect()
}
