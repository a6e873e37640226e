//! Generation of assistant messages. An answer is generated in a background task and stored, whether or not a client streams it.

use std::{
    pin::pin,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use huntaze_domain::{
    account::CurrentUser,
    ai::{
        Operation,
        chat::{self, AnswerState, ChatAnswer, ChatInput, ChatRequest, ChatStarted, Source, Speaker},
        grounding::{self, Number},
        settings::Voice,
    },
};
use uuid::Uuid;

use super::{
    AiError,
    calls::Calls,
    conversations::{self, view},
    coordinator::{self, Question},
    lookup::Findings,
    model,
    quota::{self, LONGEST_ANSWER, Reservation},
};
use crate::{
    Core,
    ai::{Draft, Turn, Writer},
    db::{
        self,
        ai_conversations::{EndedAnswer, NewMessage, StoredMessage},
    },
    error::chain,
};

/// Interval between checkpoints of the generated text.
const KEPT_EVERY: Duration = Duration::from_millis(500);
/// Delays between attempts to store a finished answer.
const STORE_AGAIN: [Duration; 3] = [Duration::from_millis(300), Duration::from_secs(1), Duration::from_secs(3)];
/// Lease on a generating message; renewed by every checkpoint. After it expires the message is marked as failed.
const SIGN_OF_LIFE: TimeDelta = TimeDelta::seconds(15);
/// Messages older than this are left out of the prompt.
const CONTEXT: TimeDelta = TimeDelta::hours(24);
/// Maximum number of earlier messages in the prompt.
const MOST_TURNS: usize = 20;
/// Maximum number of messages of a conversation before a new question.
const MOST_MESSAGES: usize = 200;

/// Stores a question and starts generating its answer in the background, independently of the request.
///
/// # Errors
/// Returns an error if the input is invalid, no model is configured, a limit is reached, the conversation does not exist or already has an
/// answer in progress, or if it has messages newer than the last one seen by the client that replaces a message.
pub async fn start_chat(core: &Core, user: &CurrentUser, input: &ChatInput) -> Result<ChatStarted, AiError> {
    let request = input.parse().map_err(AiError::Invalid)?;
    model(core)?;
    let (worker, user) = (core.clone(), user.clone());
    // Runs to completion even if the client disconnects, so that the reservation is either used or released.
    core.tasks.spawn(async move { start(&worker, &user, &request).await }).await?
}

async fn start(core: &Core, user: &CurrentUser, request: &ChatRequest) -> Result<ChatStarted, AiError> {
    let is_sandbox = model(core)?.is_sandbox();
    quota::limit_pace(core, user).await?;
    let voice = db::ai_settings::find(&core.db, user.id).await?.voice;
    let reservation = quota::reserve(core, user, Operation::Chat).await?;
    let begun = match begin(core, user, request, reservation.id, is_sandbox).await {
        Ok(begun) => begun,
        Err(error) => {
            reservation.release(core, &[]).await?;
            return Err(error);
        }
    };
    let started = ChatStarted {
        conversation_id: begun.conversation_id,
        question: view(begun.question.clone(), core.clock.now()),
        answer: view(begun.answer.clone(), core.clock.now()),
    };
    // Registered before the response is sent, so that a client that streams at once finds it.
    let writer = core.live_answers.begin(begun.answer.id);
    let (worker, user_id) = (core.clone(), user.id);
    core.tasks.spawn(async move {
        let (conversation_id, id) = (begun.conversation_id, begun.answer.id);
        let question = begun.into_question(user_id, voice);
        if let Err(error) = write(&worker, &question, id, &reservation, &writer).await {
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
/// Returns the errors of [`start_chat`], or [`AiError::NoAnswer`] if the answer could not be stored.
pub async fn chat(core: &Core, user: &CurrentUser, input: &ChatInput) -> Result<ChatAnswer, AiError> {
    let started = start_chat(core, user, input).await?;
    if let Some(mut draft) = core.live_answers.follow(started.answer.id) {
        while !draft.borrow_and_update().is_stored && draft.changed().await.is_ok() {}
    }
    let message = conversations::message(core, user.id, started.conversation_id, started.answer.id).await?;
    if message.state == AnswerState::Writing {
        // The answer could not be stored; it is marked as failed when its lease expires.
        return Err(AiError::NoAnswer);
    }
    Ok(ChatAnswer { conversation_id: started.conversation_id, message })
}

/// Stops the answer that is being generated in a conversation, in whichever process. The text generated so far is kept.
///
/// # Errors
/// Returns [`AiError::Unknown`] if the user has no such conversation.
pub async fn stop_chat(core: &Core, user_id: Uuid, conversation_id: &str) -> Result<(), AiError> {
    let id = conversations::parse(conversation_id)?;
    db::ai_conversations::find_title(&core.db, user_id, id).await?.ok_or(AiError::Unknown)?;
    if let Some(message_id) = db::ai_conversations::ask_to_stop(&core.db, user_id, id).await? {
        core.live_answers.stop(message_id);
    }
    Ok(())
}

/// A stored question and its answer, which is still to be generated.
struct Begun {
    conversation_id: Uuid,
    before: Vec<StoredMessage>,
    question: StoredMessage,
    answer: StoredMessage,
    is_anew: bool,
}

/// Inserts the question and an empty answer, unless another answer is being generated in the conversation.
async fn begin(core: &Core, user: &CurrentUser, request: &ChatRequest, request_id: Uuid, is_sandbox: bool) -> Result<Begun, AiError> {
    let now = core.clock.now();
    let mut tx = db::begin(&core.db).await?;
    let conversation_id = request.conversation.unwrap_or_else(Uuid::now_v7);
    if request.conversation.is_none() {
        let title = chat::title(&request.message).map_err(AiError::Invalid)?;
        db::ai_conversations::insert(&mut *tx, conversation_id, user.id, &title, now).await?;
    }
    // Locks the conversation row, so that concurrent questions wait until this transaction ends.
    let number = db::ai_conversations::make_room(&mut *tx, user.id, conversation_id, now).await?.ok_or(AiError::Unknown)?;
    db::ai_conversations::give_up_dead(&mut *tx, Some(conversation_id), conversations::BROKEN_OFF, now).await?;
    let mut before = db::ai_conversations::messages(&mut *tx, user.id, conversation_id, None).await?;
    if before.iter().any(|message| message.state == AnswerState::Writing) {
        return Err(AiError::Writing);
    }
    if let Some(replaced) = request.replaces {
        let newest = before.last().map(|message| message.id);
        if request.newest.is_some_and(|seen| Some(seen) != newest) {
            return Err(AiError::Changed);
        }
        let is_replaced = |message: &StoredMessage| message.id == replaced && message.speaker == Speaker::Creator;
        let index = before.iter().position(is_replaced).ok_or(AiError::Unknown)?;
        db::ai_conversations::delete_from(&mut *tx, conversation_id, before[index].number).await?;
        before.truncate(index);
    }
    if before.len() >= MOST_MESSAGES {
        return Err(AiError::TooLong);
    }
    let (question_id, answer_id, alive_until) = (Uuid::now_v7(), Uuid::now_v7(), now + SIGN_OF_LIFE);
    for (id, number, speaker, text, answer, is_sandbox) in [
        (question_id, number, Speaker::Creator, request.message.as_str(), None, false),
        (answer_id, number + 1, Speaker::Assistant, "", Some((request_id, alive_until)), is_sandbox),
    ] {
        let new = NewMessage { id, conversation_id, number, speaker, text, answer, is_sandbox };
        db::ai_conversations::insert_message(&mut *tx, &new, now).await?;
    }
    let mut stored = db::ai_conversations::messages(&mut *tx, user.id, conversation_id, None).await?;
    let (Some(answer), Some(question)) = (stored.pop(), stored.pop()) else { return Err(AiError::Unknown) };
    tx.commit().await?;
    Ok(Begun { conversation_id, before, question, answer, is_anew: request.replaces.is_some() })
}

impl Begun {
    /// Builds the prompt's conversation: recent earlier messages, then the question.
    fn into_question(self, user_id: Uuid, voice: Voice) -> Question {
        let since = self.question.created_at - CONTEXT;
        let said: Vec<_> = self.before.into_iter().filter(|message| message.created_at >= since && !message.text.is_empty()).collect();
        let first = said.len().saturating_sub(MOST_TURNS);
        let told = &said[first..];
        // The numbers of a failed answer may not have been checked.
        let is_checked = |message: &&StoredMessage| message.state != AnswerState::Failed;
        let figures = |message: &StoredMessage| grounding::verified(&message.text, &message.unverified);
        let figures = told.iter().filter(is_checked).chain([&self.question]).flat_map(figures).collect();
        let mut turns: Vec<_> = said.into_iter().skip(first).map(turn).collect();
        let text = self.question.text.clone();
        turns.push(turn(self.question));
        Question { user_id, turns, text, figures, voice, is_anew: self.is_anew }
    }
}

fn turn(message: StoredMessage) -> Turn {
    match message.speaker {
        Speaker::Creator => Turn::User(message.text),
        Speaker::Assistant => Turn::Model(message.text),
    }
}

/// Outcome of generating an answer.
enum Ending {
    Answered,
    Stopped,
    Failed(AiError),
}

/// Generates an answer and stores it with its model calls.
async fn write(core: &Core, question: &Question, id: Uuid, reservation: &Reservation, writer: &Writer) -> Result<(), AiError> {
    let calls = Calls::new(core, question.user_id, question.is_anew)?;
    let findings = Mutex::new(Findings::default());
    let ending = {
        // Dropped at the end of this block, which cancels a model call in progress.
        let answer = pin!(tokio::time::timeout(LONGEST_ANSWER, coordinator::answer(core, &calls, question, &findings, writer)));
        tokio::select! {
            outcome = answer => match outcome {
                Ok(Ok(())) => Ending::Answered,
                Ok(Err(error)) => Ending::Failed(error),
                Err(_) => Ending::Failed(AiError::NoAnswer),
            },
            () = writer.stopped() => if core.live_answers.is_closed() { Ending::Failed(AiError::Restarted) } else { Ending::Stopped },
            () = keep(core, id, writer) => Ending::Stopped,
        }
    };
    let findings = findings.into_inner().unwrap_or_else(PoisonError::into_inner);
    let answer = Finished::new(id, writer.draft(), ending, findings, &question.figures);
    let mut pauses = STORE_AGAIN.iter();
    loop {
        let Err(error) = answer.store(core, reservation, &calls).await else { return Ok(()) };
        let Some(pause) = pauses.next() else { return Err(error) };
        tracing::warn!(error = chain(&error), "failed to store answer, retrying");
        tokio::time::sleep(*pause).await;
    }
}

/// Stores the generated text at intervals and renews the lease. Returns when the message is to stop.
async fn keep(core: &Core, id: Uuid, writer: &Writer) {
    loop {
        tokio::time::sleep(KEPT_EVERY).await;
        let draft = writer.draft();
        let alive_until = core.clock.now() + SIGN_OF_LIFE;
        match db::ai_conversations::keep(&core.db, id, &draft.text, &draft.agents, alive_until).await {
            Ok(true) => {}
            Ok(false) => return,
            // Generation continues; the next checkpoint may succeed.
            Err(error) => tracing::warn!(error = chain(&error), "failed to checkpoint answer"),
        }
    }
}

/// A finished answer.
struct Finished {
    id: Uuid,
    draft: Draft,
    state: AnswerState,
    problem: Option<String>,
    sources: Vec<Source>,
    unverified: Vec<String>,
}

impl Finished {
    fn new(id: Uuid, draft: Draft, ending: Ending, findings: Findings, said_before: &[Number]) -> Self {
        let (state, problem) = match ending {
            Ending::Answered => (AnswerState::Complete, None),
            Ending::Stopped => (AnswerState::Stopped, None),
            Ending::Failed(error) => (AnswerState::Failed, Some(error.refusal().message)),
        };
        let given: Vec<_> = grounding::numbers(&findings.figures).into_iter().chain(said_before.iter().cloned()).collect();
        let unverified = grounding::unverified(&draft.text, &given, &findings.quoted);
        Self { id, draft, state, problem, sources: findings.sources, unverified }
    }

    /// An answer that is stopped before its first token does not count against the quota.
    fn counts(&self) -> bool {
        match self.state {
            AnswerState::Complete => true,
            AnswerState::Stopped => !self.draft.text.is_empty(),
            AnswerState::Failed | AnswerState::Writing => false,
        }
    }

    async fn store(&self, core: &Core, reservation: &Reservation, calls: &Calls<'_>) -> Result<(), AiError> {
        let ended = EndedAnswer {
            id: self.id,
            text: &self.draft.text,
            state: self.state,
            problem: self.problem.as_deref(),
            agents: &self.draft.agents,
            sources: &self.sources,
            unverified: &self.unverified,
        };
        let mut tx = db::begin(&core.db).await?;
        // If the lease expired, the user was already told that the request is not counted.
        if db::ai_conversations::end(&mut *tx, &ended).await? && self.counts() {
            reservation.settle(&mut tx, &calls.list(), core).await?;
        } else {
            reservation.release_in(&mut tx, &calls.list(), core.clock.now()).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
