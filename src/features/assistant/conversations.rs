use huntaze_domain::{
    assistant::chat::{ConversationItem, ConversationsPage, TITLE_RULES},
    page::{Page, conversation_page, conversations_page},
};
use leptos::prelude::*;

use super::css;
use crate::{
    api::assistant::{DeleteConversation, RenameConversation},
    features::time::RelativeTime,
    forms::{Form, FormError, rules, use_form},
    ui::{
        button::{Button, ButtonLink, ButtonSize, ButtonType, ButtonVariant},
        field::Field,
        input::Input,
        pagination::Pagination,
    },
};

/// Paginated list of the user's conversations, with a search form.
#[component]
pub fn ConversationList(
    /// Page of conversations that match the search.
    page: ConversationsPage,
    /// Id of the open conversation; empty for a new one.
    current: String,
) -> impl IntoView {
    let ConversationsPage { search, page, pages, conversations } = page;
    let none =
        conversations.is_empty().then_some(if search.is_empty() { "No conversation yet." } else { "No conversation contains this." });
    let of_page = search.clone();
    let shown = current.clone();
    let href = move |page: u32| conversations_page(&of_page, page, &shown);
    let kept = (!current.is_empty()).then(|| view! { <input type="hidden" name="conversation" value=current.clone()/> });
    let items = conversations.into_iter().map(|item| view! { <Item item current=current.clone()/> }).collect_view();
    view! {
        <nav class=css::conversations aria-label="Conversations">
            <ButtonLink href=Page::Assistant.path() size=ButtonSize::Small>"New conversation"</ButtonLink>
            <form action=Page::Assistant.path() role="search" class=css::search>
                {kept}
                <Field name="search" label="Search conversations">
                    <Input autocomplete="off" value=search/>
                </Field>
                <Button kind=ButtonType::Submit size=ButtonSize::Small>"Search"</Button>
            </form>
            {none.map(|none| view! { <p class=css::hint>{none}</p> })}
            <ul class=css::items>{items}</ul>
            <Pagination label="Pages of conversations" page pages href/>
        </nav>
    }
}

#[component]
fn Item(item: ConversationItem, current: String) -> impl IntoView {
    let id = item.id.to_string();
    let href = conversation_page(&id);
    view! {
        <li>
            <a href=href dir="auto" aria-current={(current == id).then_some("page")}>{item.title}</a>
            <p class=css::hint><RelativeTime time=item.updated_at/></p>
        </li>
    }
}

/// Title of a conversation, with the forms that rename and delete it.
#[component]
pub fn ConversationHead(
    /// Id of the conversation.
    id: String,
    /// Title of the conversation.
    title: String,
) -> impl IntoView {
    let (rename, delete) = (use_form::<RenameConversation>(), use_form::<DeleteConversation>());
    let of_delete = id.clone();
    view! {
        <details class=css::head>
            <summary><h2>{title.clone()}</h2></summary>
            <FormError form=rename/>
            <Form form=rename class=css::search>
                <input type="hidden" name="id" value=id/>
                <Field name="title" id="conversation-title" label="Name of the conversation" rules=rules(TITLE_RULES) error=rename.error_of("title")>
                    <Input autocomplete="off" value=title/>
                </Field>
                <Button kind=ButtonType::Submit size=ButtonSize::Small busy="Renaming…">"Rename"</Button>
            </Form>
            <details>
                <summary>"Delete conversation"</summary>
                <p>"All that was said in it is deleted; what it used of your month stays used. This cannot be undone."</p>
                <FormError form=delete/>
                <Form form=delete>
                    <input type="hidden" name="id" value=of_delete/>
                    <Button kind=ButtonType::Submit variant=ButtonVariant::Danger size=ButtonSize::Small busy="Deleting…">"Delete for good"</Button>
                </Form>
            </details>
        </details>
    }
}
