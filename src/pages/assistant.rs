//! Assistant page, `/assistant`.

use futures::join;
use huntaze_domain::{ai::AiStatus, assistant::chat::Conversation, page::Page};
use huntaze_texts::Text;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::PageMeta;
use crate::{
    api::{
        ai::get_ai_status,
        assistant::{get_conversation, get_conversations, get_suggestions},
    },
    error::ApiError,
    features::{
        ai::SetupNotice,
        assistant::{Composer, ConversationHead, ConversationList, Transcript},
        load_error::LoadError,
        part::Part,
    },
    islands::AIChatAssistant,
};

stylance::import_crate_style!(css, "src/pages/assistant.module.css");

/// `/assistant?conversation=&search=&list=`: a conversation, or a new one, and page `list` of the conversations that match `search`. The
/// assistant's panel on other pages loads the part `chat`.
#[component]
pub fn AssistantPage() -> impl IntoView {
    let query = use_query_map();
    let field = |name: &str| query.with_untracked(|query| query.get(name)).unwrap_or_default();
    let (id, search, list) = (field("conversation"), field("search"), field("list"));
    let content = Suspend::new(async move {
        let list = list.parse().unwrap_or(1);
        let (setup, conversation, conversations, suggestions) =
            join!(get_ai_status(), load(id), get_conversations(search, list), get_suggestions());
        let setup = match setup {
            Ok(setup) => setup,
            Err(error) => return view! { <LoadError error/> }.into_any(),
        };
        let open = conversation.as_ref().ok().and_then(Option::as_ref);
        let head = open.map(|open| view! { <ConversationHead id=open.id.to_string() title=open.title.clone()/> });
        let current = open.map(|open| open.id.to_string()).unwrap_or_default();
        let conversations = match conversations {
            Ok(page) => view! { <ConversationList page current/> }.into_any(),
            Err(error) => view! { <LoadError error/> }.into_any(),
        };
        view! {
            <div class=css::layout>
                <div class=css::conversation>
                    <Part name="conversation-head">{head}</Part>
                    <Part name="chat"><Chat setup conversation suggestions=suggestions.unwrap_or_default()/></Part>
                </div>
                <Part name="conversations">{conversations}</Part>
            </div>
        }
        .into_any()
    });
    view! {
        <PageMeta title=Page::Assistant.text() description="Answers that rest on your own figures."/>
        <h1>"Assistant"</h1>
        {content}
    }
}

async fn load(id: String) -> Result<Option<Conversation>, ApiError> {
    if id.is_empty() { Ok(None) } else { get_conversation(id).await.map(Some) }
}

/// Messages and message box. A question that is asked on the page of a deleted conversation begins a new one.
#[component]
fn Chat(setup: AiStatus, conversation: Result<Option<Conversation>, ApiError>, suggestions: Vec<String>) -> impl IntoView {
    let (conversation, problem) = match conversation {
        Ok(conversation) => (conversation, None),
        Err(error) => (None, Some(error)),
    };
    let (id, messages) = conversation.map(|open| (open.id.to_string(), open.messages)).unwrap_or_default();
    let (is_available, has_messages) = (setup.is_available, !messages.is_empty());
    view! {
        <SetupNotice setup/>
        {problem.map(|error| view! { <LoadError error/> })}
        <AIChatAssistant conversation_id=id.clone()>
            <Transcript conversation_id=id.clone() messages is_over=!is_available/>
            {is_available.then(|| view! { <Composer conversation_id=id suggestions has_messages/> })}
        </AIChatAssistant>
    }
}
