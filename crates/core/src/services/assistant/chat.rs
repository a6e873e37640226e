//! Generation of assistant messages. An answer is generated in a background task and stored, whether or not a client streams it.

use std::{
    pin::pin,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use huntaze_domain::{
    accounts::CurrentUser,
    ai::Operation,
    assistant::{
        chat::{self, ChatAnswer, ChatInput, ChatRequest, ChatStarted, MessageRole, MessageState, Source},
        grounding,
        settings::Voice,
    },
    ids::{AiRequestId, ConversationId, MessageId, Owned, UserId},
};
use huntaze_texts as texts;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    conversations::{self, view},
    coordinator::{Coordinator, Question},
    tool_runner::ToolContext,
};
use crate::{
    Core,
    ai::{GenerationWriter, PartialAnswer, Turn},
    db::{
        self,
        assistant::conversations::{Checkpoint, FinishedMessage, NewExchange, StoredMessage},
    },
    error::chain,
    services::{
        ai::{model, model_calls::ModelCalls},
        ai_error::AiError,
        billing::quota::{self, ANSWER_TIMEOUT, Reservation},
    },
};

/// Interval between checkpoints of the generated text.
const CHECKPOINT_INTERVAL: Duration = Duration::from_millis(500);
/// Delays between attempts to store a finished answer.
const SAVE_RETRY_DELAYS: [Duration; 3] = [Duration::from_millis(300), Duration::from_secs(1), Duration::from_secs(3)];
/// Lease on a generating message; renewed by every checkpoint. After it expires the message is marked as failed.
const LEASE: TimeDelta = TimeDelta::seconds(15);
/// Messages older than this are left out of the prompt.
const CONTEXT_WINDOW: TimeDelta = TimeDelta::hours(24);
/// Maximum number of earlier messages in the prompt.
const MAX_CONTEXT_TURNS: usize = 20;
/// Maximum number of messages of a conversation before a new question.
const MAX_MESSAGES: usize = 200;

/// Stores a question and starts generating its answer in the background, independently of the request.
///
/// # Errors
/// Returns an error if the input is invalid, no model is configured, a limit is reached, the conversation does not exist or already has an
/// answer in progress, or if it has messages newer than the last one seen by the client that replaces a message.
pub async fn start_chat(core: &Core, user: &CurrentUser, input: &ChatInput) -> Result<ChatStarted, AiError> {
    let request = input.parse().map_err(AiError::InvalidInput)?;
    model(core)?;
    let (worker, user) = (core.clone(), user.clone());
    // Runs to completion even if the client disconnects, so that the reservation is either used or released.
    core.tasks.spawn(async move { start(&worker, &user, &request).await }).await?
}

async fn start(core: &Core, user: &CurrentUser, request: &ChatRequest) -> Result<ChatStarted, AiError> {
    // Before anything is counted.
    model(core)?;
    quota::check_rate_limit(core, user).await?;
    let voice = db::assistant::settings::find(&core.db, user.id).await?.voice;
    let reservation = quota::reserve(core, user, Operation::Chat).await?;
    let pending = match begin(core, user, request, reservation.id).await {
        Ok(pending) => pending,
        Err(error) => {
            reservation.release(core, &[]).await?;
            return Err(error);
        }
    };
    let started = ChatStarted {
        conversation_id: pending.conversation_id,
        question: view(pending.question.clone(), core.clock.now()),
        answer: view(pending.answer.clone(), core.clock.now()),
    };
    // Registered before the response is sent, so that a client that streams at once finds it.
    let writer = core.generations.begin(pending.answer.id);
    let (worker, user_id) = (core.clone(), user.id);
    core.tasks.spawn(async move {
        let (conversation_id, id) = (pending.conversation_id, pending.answer.id);
        let question = pending.into_question(user_id, voice);
        if let Err(error) = generate_answer(&worker, &question, (id, &writer), &reservation).await {
            // The message is marked as failed when its lease expires.
            tracing::error!(error = chain(&error), %conversation_id, "failed to store answer");
        }
        writer.finish();
    });
    Ok(started)
}

/// Starts an answer and waits until it is finished.
///
/// # Errors
/// Returns the errors of [`start_chat`], or [`AiError::InvalidResponse`] if the answer could not be stored.
pub async fn chat(core: &Core, user: &CurrentUser, input: &ChatInput) -> Result<ChatAnswer, AiError> {
    let started = start_chat(core, user, input).await?;
    if let Some(mut partial) = core.generations.subscribe(started.answer.id) {
        while !partial.borrow_and_update().is_final && partial.changed().await.is_ok() {}
    }
    let message = conversations::message(core, user.id, started.conversation_id, started.answer.id).await?;
    if message.state == MessageState::Generating {
        // The answer could not be stored; it is marked as failed when its lease expires.
        return Err(AiError::InvalidResponse);
    }
    Ok(ChatAnswer { conversation_id: started.conversation_id, message })
}

/// Stops the answer that is being generated in a conversation, in whichever process. The text generated so far is kept.
///
/// # Errors
/// Returns [`AiError::NotFound`] if the user has no such conversation.
pub async fn stop_chat(core: &Core, user_id: UserId, conversation_id: &str) -> Result<(), AiError> {
    let id = conversations::parse(conversation_id)?;
    db::assistant::conversations::find_title(&core.db, user_id, id).await?.ok_or(AiError::NotFound)?;
    if let Some(message_id) = db::assistant::conversations::request_stop(&core.db, user_id, id).await? {
        core.generations.stop(message_id);
    }
    Ok(())
}

/// A stored question and its answer, which is still to be generated.
struct PendingAnswer {
    conversation_id: ConversationId,
    before: Vec<StoredMessage>,
    question: StoredMessage,
    answer: StoredMessage,
    wants_regeneration: bool,
}

/// Inserts the question and an empty answer, unless another answer is being generated in the conversation.
async fn begin(core: &Core, user: &CurrentUser, request: &ChatRequest, request_id: AiRequestId) -> Result<PendingAnswer, AiError> {
    let is_sandbox = model(core)?.is_sandbox();
    let now = core.clock.now();
    let mut tx = db::begin(&core.db).await?;
    let (conversation_id, position, before) = match request.conversation {
        Some(id) => {
            let (position, before) = continue_conversation(&mut tx, Owned { user_id: user.id, id }, request, now).await?;
            (id, position, before)
        }
        None if request.replaces_message_id.is_some() => return Err(AiError::NotFound),
        None => {
            let (id, title) = (Uuid::now_v7().into(), chat::title(&request.message).map_err(AiError::InvalidInput)?);
            db::assistant::conversations::insert(&mut *tx, Owned { user_id: user.id, id }, &title, now).await?;
            (id, 1, Vec::new())
        }
    };
    let exchange = NewExchange {
        conversation_id,
        position,
        question_id: Uuid::now_v7().into(),
        question: &request.message,
        answer_id: Uuid::now_v7().into(),
        request_id,
        leased_until: now + LEASE,
        is_sandbox,
    };
    let (question, answer) = db::assistant::conversations::insert_exchange(&mut *tx, &exchange, now).await?;
    tx.commit().await?;
    Ok(PendingAnswer { conversation_id, before, question, answer, wants_regeneration: request.replaces_message_id.is_some() })
}

/// Returns the position of the next question in a conversation, and the messages before it.
async fn continue_conversation(
    tx: &mut PgConnection,
    Owned { user_id, id }: Owned<ConversationId>,
    request: &ChatRequest,
    now: DateTime<Utc>,
) -> Result<(i32, Vec<StoredMessage>), AiError> {
    // Locks the conversation row, so that concurrent questions wait until this transaction ends.
    let position = db::assistant::conversations::allocate_positions(&mut *tx, user_id, id, now).await?.ok_or(AiError::NotFound)?;
    db::assistant::conversations::fail_abandoned(&mut *tx, Some(id), texts::ai::INTERRUPTED, now).await?;
    let mut before = db::assistant::conversations::messages(&mut *tx, user_id, id, None).await?;
    if before.iter().any(|message| message.state == MessageState::Generating) {
        return Err(AiError::AnswerInProgress);
    }
    if let Some(replaced) = request.replaces_message_id {
        let newest = before.last().map(|message| message.id);
        if request.last_seen_message_id.is_some_and(|seen| Some(seen) != newest) {
            return Err(AiError::StaleConversation);
        }
        let is_replaced = |message: &StoredMessage| message.id == replaced && message.role == MessageRole::User;
        let index = before.iter().position(is_replaced).ok_or(AiError::NotFound)?;
        db::assistant::conversations::truncate_from(&mut *tx, id, before[index].position).await?;
        before.truncate(index);
    }
    if before.len() >= MAX_MESSAGES {
        return Err(AiError::TooLong);
    }
    Ok((position, before))
}

impl PendingAnswer {
    /// Builds the prompt's conversation: recent earlier messages, then the question.
    fn into_question(self, user_id: UserId, voice: Voice) -> Question {
        let since = self.question.created_at - CONTEXT_WINDOW;
        let said: Vec<_> = self.before.into_iter().filter(|message| message.created_at >= since && !message.text.is_empty()).collect();
        let first = said.len().saturating_sub(MAX_CONTEXT_TURNS);
        let told = &said[first..];
        // The numbers of a failed answer may not have been checked.
        let is_checked = |message: &&StoredMessage| message.state != MessageState::Failed;
        let figures = |message: &StoredMessage| grounding::verified_numbers(&message.text, &message.unverified_numbers);
        let figures = told.iter().filter(is_checked).chain([&self.question]).flat_map(figures).collect();
        let mut turns: Vec<_> = said.into_iter().skip(first).map(turn).collect();
        let text = self.question.text.clone();
        turns.push(turn(self.question));
        Question { user_id, turns, text, figures, voice, wants_regeneration: self.wants_regeneration }
    }
}

fn turn(message: StoredMessage) -> Turn {
    match message.role {
        MessageRole::User => Turn::User(message.text),
        MessageRole::Assistant => Turn::Model(message.text),
    }
}

/// Outcome of generating an answer.
enum AnswerOutcome {
    Answered,
    Stopped,
    Failed(AiError),
}

impl AnswerOutcome {
    /// Returns the state of the message, and the sentence that says why it is incomplete.
    fn state_and_error(&self) -> (MessageState, Option<String>) {
        match self {
            Self::Answered => (MessageState::Complete, None),
            Self::Stopped => (MessageState::Stopped, None),
            Self::Failed(error) => {
                let (refusal, retry_after) = error.refusal();
                (MessageState::Failed, Some(texts::ai::refusal(refusal, retry_after)))
            }
        }
    }
}

/// Generates an answer and stores it with its model calls.
async fn generate_answer(
    core: &Core,
    question: &Question,
    (id, writer): (MessageId, &GenerationWriter),
    reservation: &Reservation,
) -> Result<(), AiError> {
    let calls = ModelCalls::new(core, question.user_id, question.wants_regeneration)?;
    let tool_context = Mutex::new(ToolContext::default());
    let outcome = {
        // Dropped at the end of this block, which cancels a model call in progress.
        let coordinator = Coordinator { core, calls: &calls, question, tool_context: &tool_context };
        let answer = pin!(tokio::time::timeout(ANSWER_TIMEOUT, coordinator.answer(writer)));
        tokio::select! {
            outcome = answer => match outcome {
                Ok(Ok(())) => AnswerOutcome::Answered,
                Ok(Err(error)) => {
                    if let AiError::Internal(cause) = &error {
                        tracing::error!(error = chain(cause), "failed to generate answer");
                    }
                    AnswerOutcome::Failed(error)
                }
                Err(_) => AnswerOutcome::Failed(AiError::InvalidResponse),
            },
            () = writer.stopped() => {
                if core.generations.is_shut_down() { AnswerOutcome::Failed(AiError::Interrupted) } else { AnswerOutcome::Stopped }
            }
            () = checkpoint(core, id, writer) => AnswerOutcome::Stopped,
        }
    };
    let tool_context = tool_context.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (partial, (state, error)) = (writer.partial_answer(), outcome.state_and_error());
    let given: Vec<_> = grounding::numbers(&tool_context.figures).into_iter().chain(question.figures.iter().cloned()).collect();
    let unverified_numbers = grounding::find_unverified(&partial.text, &given, &tool_context.quoted);
    let answer = FinalAnswer { id, partial, state, error, sources: tool_context.sources, unverified_numbers };
    let mut pauses = SAVE_RETRY_DELAYS.iter();
    loop {
        let Err(error) = answer.store(core, reservation, &calls).await else { return Ok(()) };
        let Some(pause) = pauses.next() else { return Err(error) };
        tracing::warn!("failed to store answer, retrying");
        tokio::time::sleep(*pause).await;
    }
}

/// Stores the generated text at intervals and renews the lease. Returns when the message is to stop.
async fn checkpoint(core: &Core, id: MessageId, writer: &GenerationWriter) {
    loop {
        tokio::time::sleep(CHECKPOINT_INTERVAL).await;
        let partial = writer.partial_answer();
        let checkpoint = Checkpoint { text: &partial.text, agents: &partial.agents, leased_until: core.clock.now() + LEASE };
        match db::assistant::conversations::checkpoint(&core.db, id, checkpoint).await {
            Ok(true) => {}
            Ok(false) => return,
            // Generation continues; the next checkpoint may succeed.
            Err(error) => tracing::warn!(error = chain(&error), "failed to checkpoint answer"),
        }
    }
}

/// A finished answer.
struct FinalAnswer {
    id: MessageId,
    partial: PartialAnswer,
    state: MessageState,
    error: Option<String>,
    sources: Vec<Source>,
    unverified_numbers: Vec<String>,
}

impl FinalAnswer {
    /// An answer that is stopped before its first token does not count against the quota.
    fn is_chargeable(&self) -> bool {
        match self.state {
            MessageState::Complete => true,
            MessageState::Stopped => !self.partial.text.is_empty(),
            MessageState::Failed | MessageState::Generating => false,
        }
    }

    async fn store(&self, core: &Core, reservation: &Reservation, calls: &ModelCalls<'_>) -> Result<(), AiError> {
        let ended = FinishedMessage {
            id: self.id,
            text: &self.partial.text,
            state: self.state,
            error: self.error.as_deref(),
            agents: &self.partial.agents,
            sources: &self.sources,
            unverified_numbers: &self.unverified_numbers,
        };
        let mut tx = db::begin(&core.db).await?;
        // If the lease expired, the user was already told that the request is not counted.
        if db::assistant::conversations::finish_message(&mut *tx, &ended).await? && self.is_chargeable() {
            reservation.settle(&mut tx, &calls.recorded(), core).await?;
        } else {
            reservation.release_in(&mut tx, &calls.recorded(), core.clock.now()).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
