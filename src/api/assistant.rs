//! The assistant: conversations, reports and settings, `/api/ai/*`.

use huntaze_domain::assistant::{
    chat::{ChatAnswer, ChatInput, ChatStarted, Conversation, ConversationsPage},
    reports::{AiReport, Feedback, FeedbackInput, ReportInput},
    settings::{AiSettings, AiSettingsInput},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::ApiError;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;
#[cfg(feature = "ssr")]
use huntaze_domain::page::Page;

/// `POST /api/ai/chat`: sends a message to the assistant and waits for the complete answer. HTML forms are redirected to the conversation.
#[server(prefix = "/api", endpoint = "ai/chat")]
#[middleware(AcceptJson)]
pub async fn send_chat(#[server(flatten)] input: ChatInput) -> Result<ChatAnswer, ApiError> {
    use crate::http::context;
    use huntaze_core::services::assistant;
    use huntaze_domain::page;
    let (core, user) = context::member()?;
    let answer = assistant::chat(&core, &user, &input).await?;
    context::redirect(&page::conversation_page(&answer.conversation_id.to_string()));
    Ok(answer)
}

/// `POST /api/ai/chat/start`: sends a message to the assistant. The answer is streamed by `GET /api/ai/conversations/{id}/stream`.
#[server(prefix = "/api", endpoint = "ai/chat/start")]
#[middleware(AcceptJson)]
pub async fn start_chat(#[server(flatten)] input: ChatInput) -> Result<ChatStarted, ApiError> {
    use crate::http::context;
    use huntaze_core::services::assistant;
    let (core, user) = context::member()?;
    Ok(assistant::start_chat(&core, &user, &input).await?)
}

/// `POST /api/ai/chat/stop`: stops the answer that is being generated in a conversation. The text generated so far is kept.
#[server(prefix = "/api", endpoint = "ai/chat/stop")]
#[middleware(AcceptJson)]
pub async fn stop_chat(#[server(rename = "conversationId")] conversation_id: String) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::assistant;
    let (core, user) = context::member()?;
    Ok(assistant::stop_chat(&core, user.id, &conversation_id).await?)
}

/// `GET /api/ai/conversations?search=&page=`: lists a page of the user's conversations, newest first, optionally only those that contain a
/// text.
#[server(prefix = "/api", endpoint = "ai/conversations", input = GetUrl)]
pub async fn get_conversations(#[server(default)] search: String, #[server(default)] page: u32) -> Result<ConversationsPage, ApiError> {
    use crate::http::context;
    use huntaze_core::services::assistant;
    let (core, user) = context::member()?;
    Ok(assistant::conversations(&core, user.id, &search, page).await?)
}

/// `GET /api/ai/conversation?id=`: returns a conversation with all its messages.
#[server(prefix = "/api", endpoint = "ai/conversation", input = GetUrl)]
pub async fn get_conversation(id: String) -> Result<Conversation, ApiError> {
    use crate::http::context;
    use huntaze_core::services::assistant;
    let (core, user) = context::member()?;
    Ok(assistant::conversation(&core, user.id, &id).await?)
}

/// `POST /api/ai/conversations/rename`: renames a conversation and returns the stored title.
#[server(prefix = "/api", endpoint = "ai/conversations/rename")]
#[middleware(AcceptJson)]
pub async fn rename_conversation(id: String, #[server(default)] title: String) -> Result<String, ApiError> {
    use crate::http::context;
    use huntaze_core::services::assistant;
    use huntaze_domain::page;
    let (core, user) = context::member()?;
    let title = assistant::rename_conversation(&core, user.id, &id, &title).await?;
    context::redirect(&page::conversation_page(&id));
    Ok(title)
}

/// `POST /api/ai/conversations/delete`: deletes a conversation.
#[server(prefix = "/api", endpoint = "ai/conversations/delete")]
#[middleware(AcceptJson)]
pub async fn delete_conversation(id: String) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::assistant;
    let (core, user) = context::member()?;
    assistant::delete_conversation(&core, user.id, &id).await?;
    context::redirect(Page::Assistant.path());
    Ok(())
}

/// `GET /api/ai/suggestions`: returns suggested questions for the assistant.
#[server(prefix = "/api", endpoint = "ai/suggestions", input = GetUrl)]
pub async fn get_suggestions() -> Result<Vec<String>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::assistant;
    let (core, user) = context::member()?;
    Ok(assistant::suggestions(&core, user.id).await?)
}

/// `GET /api/ai/settings`: returns the user's writing preferences and cost limit for AI.
#[server(prefix = "/api", endpoint = "ai/settings", input = GetUrl)]
pub async fn get_ai_settings() -> Result<AiSettings, ApiError> {
    use crate::http::context;
    use huntaze_core::services::assistant;
    let (core, user) = context::member()?;
    Ok(assistant::settings(&core, &user).await?)
}

/// `POST /api/ai/settings`: saves the user's AI settings.
#[server(prefix = "/api", endpoint = "ai/settings")]
#[middleware(AcceptJson)]
pub async fn save_ai_settings(#[server(flatten)] input: AiSettingsInput) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::assistant;
    let (core, user) = context::member()?;
    Ok(assistant::save_settings(&core, &user, &input).await?)
}

/// `POST /api/ai/analyze-performance`: generates a performance analysis.
#[server(prefix = "/api", endpoint = "ai/analyze-performance")]
#[middleware(AcceptJson)]
pub async fn analyze_performance(#[server(flatten)] input: ReportInput) -> Result<AiReport, ApiError> {
    write_report(huntaze_domain::ai::Operation::Analyze, &input).await
}

/// `POST /api/ai/optimize-sales`: generates a sales strategy.
#[server(prefix = "/api", endpoint = "ai/optimize-sales")]
#[middleware(AcceptJson)]
pub async fn optimize_sales(#[server(flatten)] input: ReportInput) -> Result<AiReport, ApiError> {
    write_report(huntaze_domain::ai::Operation::Optimize, &input).await
}

#[cfg(feature = "ssr")]
async fn write_report(operation: huntaze_domain::ai::Operation, input: &ReportInput) -> Result<AiReport, ApiError> {
    use crate::http::context;
    use huntaze_core::services::assistant;
    use huntaze_domain::error::ErrorCode;
    let (core, user) = context::member()?;
    let id = assistant::write_report(&core, &user, operation, input).await?.to_string();
    let report = assistant::report(&core, user.id, operation, Some(&id)).await?.ok_or(ErrorCode::NotFound)?;
    context::redirect(&report.body.page(report.id, &report.request));
    Ok(report)
}

/// `GET /api/ai/report?operation=analyze|optimize&id=`: returns a report. Without an id the newest, `null` if there is none.
#[server(prefix = "/api", endpoint = "ai/report", input = GetUrl)]
pub async fn get_report(#[server(default)] operation: String, #[server(default)] id: Option<String>) -> Result<Option<AiReport>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::assistant;
    use huntaze_domain::{ai::Operation, error::ErrorCode, string_enum::StringEnum};
    let (core, user) = context::member()?;
    let operation = Operation::parse(&operation).ok_or(ErrorCode::InvalidInput)?;
    Ok(assistant::report(&core, user.id, operation, id.as_deref()).await?)
}

/// `POST /api/ai/feedback`: stores whether a recommendation was helpful.
#[server(prefix = "/api", endpoint = "ai/feedback")]
#[middleware(AcceptJson)]
pub async fn give_feedback(#[server(flatten)] input: FeedbackInput) -> Result<Feedback, ApiError> {
    use crate::http::context;
    use huntaze_core::services::assistant;
    let (core, user) = context::member()?;
    Ok(assistant::give_feedback(&core, user.id, &input).await?)
}
