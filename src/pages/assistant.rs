//! Assistant page, `/assistant`.

use huntaze_domain::{
    ai::AiStatus,
    assistant::chat::Conversation,
    error::ErrorCode,
    page::{Page, conversation_page},
};
use huntaze_texts::Text;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::PageMeta;
use crate::{
    api::{
        ai::get_ai_status,
        assistant::{DeleteConversation, RenameConversation, get_conversation, get_conversations},
    },
    error::ApiError,
    features::{
        ai::SetupNotice,
        assistant::{
            ComposerPanel, ConversationHead, ConversationList, Transcript,
            chat::{Chat, use_chat},
            check_title,
        },
        load_error::LoadError,
    },
    forms::use_form,
    ui::skeleton::Skeleton,
};

stylance::import_crate_style!(css, "src/pages/assistant.module.css");

/// `/assistant?conversation=&search=&list=`: a conversation, or a new one, and page `list` of the conversations that match `search`.
#[component]
pub fn AssistantPage() -> impl IntoView {
    let chat = use_chat("chat-message");
    let query = use_query_map();
    let field = move |name: &'static str| Memo::new(move |_| query.with(|query| query.get(name)).unwrap_or_default());
    let (id, search, list) = (field("conversation"), field("search"), field("list"));
    let (rename, delete) = (use_form::<RenameConversation>(check_title), use_form::<DeleteConversation>(|_| Ok(())));
    let setup = Resource::new(|| (), |()| get_ai_status());
    // The conversation in the URL that the page was opened with. Others are loaded by `stay_at_its_address`.
    let first_id = id.get_untracked();
    let first = Resource::new(|| (), move |()| load(first_id.clone()));
    let changes = move || (chat.completed_count.get(), rename.action.version().get(), delete.action.version().get());
    let conversations = Resource::new(
        move || (search.get(), list.get(), changes()),
        |(search, list, _)| get_conversations(search, list.parse().unwrap_or(1)),
    );
    stay_at_its_address(chat, id);
    Effect::new(move || {
        if let Some(Ok(title)) = rename.action.value().get() {
            chat.title.set(title);
        }
    });
    let known_id = Signal::derive(move || match chat.id.get() {
        Some(id) => id.to_string(),
        // No message is sent to a conversation that does not exist.
        None if chat.problem.with(|problem| problem.as_ref().is_some_and(|problem| problem.code == ErrorCode::NotFound)) => String::new(),
        None => id.get(),
    });
    let heads = move || chat.id.get().map(|id| id.to_string());
    let list_of_conversations = move || {
        Suspend::new(async move {
            match conversations.await {
                Ok(page) => view! { <ConversationList page current=known_id/> }.into_any(),
                Err(error) => view! { <LoadError error/> }.into_any(),
            }
        })
    };
    let layout = move |setup: AiStatus| {
        let is_available = setup.is_available;
        view! {
            <SetupNotice setup/>
            <div class=css::layout>
                <div class=css::conversation>
                    <For each=heads key=String::clone let(id)>
                        <ConversationHead chat id rename delete/>
                    </For>
                    {move || chat.is_loading.get().then(|| view! { <Skeleton label="Loading the conversation"/> })}
                    <Transcript chat is_over=!is_available/>
                    {move || (!is_available).then(|| chat.problem.get().map(|error| view! { <LoadError error/> }))}
                    {is_available.then(|| view! { <ComposerPanel chat conversation_id=known_id field_id="chat-message"/> })}
                </div>
                <Transition fallback=|| view! { <Skeleton label="Loading your conversations"/> }>{list_of_conversations}</Transition>
            </div>
        }
    };
    view! {
        <PageMeta title=Page::Assistant.text() description="Answers that rest on your own figures."/>
        <h1>"Assistant"</h1>
        <Suspense fallback=|| view! { <Skeleton label="Loading the assistant"/> }>
            {move || Suspend::new(async move {
                let setup = setup.await;
                let first = first.await;
                match setup {
                    Ok(setup) => {
                        match first {
                            Ok(conversation) => chat.show(conversation),
                            Err(error) => chat.problem.set(Some(error)),
                        }
                        layout(setup).into_any()
                    }
                    Err(error) => view! { <LoadError error/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

async fn load(id: String) -> Result<Option<Conversation>, ApiError> {
    if id.is_empty() { Ok(None) } else { get_conversation(id).await.map(Some) }
}

/// Keeps URL and conversation in sync. A conversation that has just been started puts its id into the URL, so that a reload finds it, even
/// if the URL named a deleted one. When the URL changes, its conversation is shown.
fn stay_at_its_address(chat: Chat, id: Memo<String>) {
    let navigate = use_navigate();
    Effect::new(move || {
        let begun = chat.id.get().map(|begun| begun.to_string());
        if let Some(begun) = begun
            && id.get_untracked() != begun
            && !chat.is_loading.get_untracked()
        {
            navigate(&conversation_page(&begun), NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
        }
    });
    Effect::new(move |before: Option<String>| {
        let now = id.get();
        if before.is_some_and(|before| before != now) {
            chat.open(now.clone());
        }
        now
    });
}
