//! AI: `/api/ai/*`.
#![expect(missing_docs, reason = "the fields of the structs that the macro makes are the documented arguments")]

use huntaze_domain::ai::{
    AiSetup, QuotaView,
    caption::{CaptionInput, Captions},
    chat::{ChatAnswer, ChatInput, ChatStarted, Conversation, ConversationsPage},
    report::{Feedback, FeedbackInput, Report, ReportInput},
    settings::{AiSettings, AiSettingsInput},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiClient;
use crate::error::ApiError;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;

/// `GET /api/ai/setup`: whether AI can be asked here.
#[server(prefix = "/api", endpoint = "ai/setup", input = GetUrl)]
pub async fn get_ai_setup() -> Result<AiSetup, ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    let user = context::authenticated()?.user;
    Ok(ai::setup(&context::core()?, user.role))
}

/// `GET /api/ai/quota`: how much of the month's requests is used.
#[server(prefix = "/api", endpoint = "ai/quota", input = GetUrl)]
pub async fn get_ai_quota() -> Result<QuotaView, ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    let user = context::authenticated()?.user;
    Ok(ai::quota(&context::core()?, &user).await?)
}

/// `POST /api/ai/generate-caption`: has captions written for a post.
#[server(prefix = "/api", endpoint = "ai/generate-caption", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn generate_caption(#[server(flatten)] input: CaptionInput) -> Result<Captions, ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    use huntaze_domain::{error::ErrorCode, navigation};
    let (state, user) = (context::core()?, context::authenticated()?.user);
    let id = ai::generate_captions(&state, &user, &input).await?.to_string();
    let captions = ai::captions(&state, &user, Some(&id)).await?.ok_or(ErrorCode::NotFound)?;
    context::redirect(&navigation::captions_page(&id));
    Ok(captions)
}

/// `GET /api/ai/captions?id=`: captions that were written; without an id the newest, `null` where there are none.
#[server(prefix = "/api", endpoint = "ai/captions", input = GetUrl)]
pub async fn get_captions(#[server(default)] id: Option<String>) -> Result<Option<Captions>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    let user = context::authenticated()?.user;
    Ok(ai::captions(&context::core()?, &user, id.as_deref()).await?)
}

/// `POST /api/ai/chat`: asks the assistant, and waits for the whole answer. A form is sent on to the conversation.
#[server(prefix = "/api", endpoint = "ai/chat", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn send_chat(#[server(flatten)] input: ChatInput) -> Result<ChatAnswer, ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    use huntaze_domain::navigation;
    let (state, user) = (context::core()?, context::authenticated()?.user);
    let answer = ai::chat(&state, &user, &input).await?;
    context::redirect(&navigation::conversation_page(&answer.conversation_id.to_string()));
    Ok(answer)
}

/// `POST /api/ai/chat/start`: asks the assistant. Its answer is read along at `GET /api/ai/conversations/{id}/stream`.
#[server(prefix = "/api", endpoint = "ai/chat/start", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn start_chat(#[server(flatten)] input: ChatInput) -> Result<ChatStarted, ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    let (state, user) = (context::core()?, context::authenticated()?.user);
    Ok(ai::start_chat(&state, &user, &input).await?)
}

/// `POST /api/ai/chat/stop`: ends the answer that is being written in a conversation; what came stays.
#[server(prefix = "/api", endpoint = "ai/chat/stop", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn stop_chat(#[server(rename = "conversationId")] conversation_id: String) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    let user = context::authenticated()?.user;
    Ok(ai::stop_chat(&context::core()?, user.id, &conversation_id).await?)
}

/// `GET /api/ai/conversations?search=&page=`: the creator's conversations that contain a text, the newest first.
#[server(prefix = "/api", endpoint = "ai/conversations", input = GetUrl)]
pub async fn get_conversations(#[server(default)] search: String, #[server(default)] page: u32) -> Result<ConversationsPage, ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    let user = context::authenticated()?.user;
    Ok(ai::conversations(&context::core()?, user.id, &search, page).await?)
}

/// `GET /api/ai/conversation?id=`: all that was said in a conversation.
#[server(prefix = "/api", endpoint = "ai/conversation", input = GetUrl)]
pub async fn get_conversation(id: String) -> Result<Conversation, ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    let user = context::authenticated()?.user;
    Ok(ai::conversation(&context::core()?, user.id, &id).await?)
}

/// `POST /api/ai/conversations/rename`: returns what it is called now.
#[server(prefix = "/api", endpoint = "ai/conversations/rename", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn rename_conversation(id: String, #[server(default)] title: String) -> Result<String, ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    use huntaze_domain::navigation;
    let user = context::authenticated()?.user;
    let title = ai::rename_conversation(&context::core()?, user.id, &id, &title).await?;
    context::redirect(&navigation::conversation_page(&id));
    Ok(title)
}

/// `POST /api/ai/conversations/delete`
#[server(prefix = "/api", endpoint = "ai/conversations/delete", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn delete_conversation(id: String) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    use huntaze_domain::navigation;
    let user = context::authenticated()?.user;
    ai::delete_conversation(&context::core()?, user.id, &id).await?;
    context::redirect(navigation::ASSISTANT);
    Ok(())
}

/// `GET /api/ai/suggestions`: questions that the creator may want to ask.
#[server(prefix = "/api", endpoint = "ai/suggestions", input = GetUrl)]
pub async fn get_suggestions() -> Result<Vec<String>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    let user = context::authenticated()?.user;
    Ok(ai::suggestions(&context::core()?, user.id).await?)
}

/// `GET /api/ai/settings`: how AI writes for the creator, and what it may cost.
#[server(prefix = "/api", endpoint = "ai/settings", input = GetUrl)]
pub async fn get_ai_settings() -> Result<AiSettings, ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    let user = context::authenticated()?.user;
    Ok(ai::settings(&context::core()?, &user).await?)
}

/// `POST /api/ai/settings`
#[server(prefix = "/api", endpoint = "ai/settings", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn save_ai_settings(#[server(flatten)] input: AiSettingsInput) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    let user = context::authenticated()?.user;
    Ok(ai::save_settings(&context::core()?, &user, &input).await?)
}

/// `POST /api/ai/analyze-performance`: has figures explained.
#[server(prefix = "/api", endpoint = "ai/analyze-performance", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn analyze_performance(#[server(flatten)] input: ReportInput) -> Result<Report, ApiError> {
    write_report(huntaze_domain::ai::Operation::Analyze, &input).await
}

/// `POST /api/ai/optimize-sales`: has a sales strategy written.
#[server(prefix = "/api", endpoint = "ai/optimize-sales", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn optimize_sales(#[server(flatten)] input: ReportInput) -> Result<Report, ApiError> {
    write_report(huntaze_domain::ai::Operation::Optimize, &input).await
}

#[cfg(feature = "ssr")]
async fn write_report(operation: huntaze_domain::ai::Operation, input: &ReportInput) -> Result<Report, ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    use huntaze_domain::error::ErrorCode;
    let (state, user) = (context::core()?, context::authenticated()?.user);
    let id = ai::write_report(&state, &user, operation, input).await?.to_string();
    let report = ai::report(&state, user.id, operation, Some(&id)).await?.ok_or(ErrorCode::NotFound)?;
    context::redirect(&report.body.page(report.id, &report.request));
    Ok(report)
}

/// `GET /api/ai/report?operation=analyze|optimize&id=`: a report; without an id the newest, `null` where there is none.
#[server(prefix = "/api", endpoint = "ai/report", input = GetUrl)]
pub async fn get_report(#[server(default)] operation: String, #[server(default)] id: Option<String>) -> Result<Option<Report>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    use huntaze_domain::{ai::Operation, choice::Choice, error::ErrorCode};
    let user = context::authenticated()?.user;
    let operation = Operation::parse(&operation).ok_or(ErrorCode::InvalidInput)?;
    Ok(ai::report(&context::core()?, user.id, operation, id.as_deref()).await?)
}

/// `POST /api/ai/feedback`: whether a recommendation helps.
#[server(prefix = "/api", endpoint = "ai/feedback", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn give_feedback(#[server(flatten)] input: FeedbackInput) -> Result<Feedback, ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    let user = context::authenticated()?.user;
    Ok(ai::give_feedback(&context::core()?, user.id, &input).await?)
}
