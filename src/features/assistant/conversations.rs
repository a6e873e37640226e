use huntaze_domain::{
    assistant::chat::{ConversationItem, ConversationsPage, title},
    page::{Page, conversation_page, conversations_page},
    validation::FieldErrors,
};
use leptos::prelude::*;
use leptos_router::components::Form as SearchForm;

use super::css;
use crate::{
    api::assistant::{DeleteConversation, RenameConversation},
    features::assistant::chat::Chat,
    forms::{Form, FormError, FormState},
    hooks::time::RelativeTime,
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
    current: Signal<String>,
) -> impl IntoView {
    let ConversationsPage { search, page, pages, conversations } = page;
    let none =
        conversations.is_empty().then_some(if search.is_empty() { "No conversation yet." } else { "No conversation contains this." });
    let of_page = search.clone();
    let href = move |page: u32| current.with(|shown| conversations_page(&of_page, page, shown));
    view! {
        <nav class=css::conversations aria-label="Conversations">
            <ButtonLink href=Page::Assistant.path() size=ButtonSize::Small>"New conversation"</ButtonLink>
            <SearchForm method="GET" action=Page::Assistant.path() attr:role="search" attr:class=css::search>
                {move || current.with(|shown| (!shown.is_empty()).then(|| view! { <input type="hidden" name="conversation" value=shown.clone()/> }))}
                <Field name="search" label="Search conversations">
                    <Input autocomplete="off" required=false value=search/>
                </Field>
                <Button kind=ButtonType::Submit size=ButtonSize::Small>"Search"</Button>
            </SearchForm>
            {none.map(|none| view! { <p class=css::hint>{none}</p> })}
            <ul class=css::items>{conversations.into_iter().map(|item| view! { <Item item current/> }).collect_view()}</ul>
            <Pagination label="Pages of conversations" page pages href/>
        </nav>
    }
}

#[component]
fn Item(item: ConversationItem, current: Signal<String>) -> impl IntoView {
    let id = item.id.to_string();
    let href = conversation_page(&id);
    view! {
        <li>
            <a href=href aria-current=move || current.with(|current| *current == id).then_some("page")>{item.title}</a>
            <p class=css::hint><RelativeTime time=item.updated_at/></p>
        </li>
    }
}

/// Title of a conversation, with the forms that rename and delete it.
#[component]
pub fn ConversationHead(
    /// Open conversation.
    chat: Chat,
    /// Id of the conversation. The caller renders one instance per id, so that typed text does not leak into another conversation.
    id: String,
    rename: FormState<RenameConversation>,
    delete: FormState<DeleteConversation>,
) -> impl IntoView {
    let of_delete = id.clone();
    view! {
        <details class=css::head>
            <summary><h2>{move || chat.title.get()}</h2></summary>
            <FormError form=rename/>
            <Form form=rename class=css::search>
                <input type="hidden" name="id" value=id/>
                <Field name="title" id="conversation-title" label="Name of the conversation" error=rename.error_of("title")>
                    <Input autocomplete="off" value=chat.title.get_untracked()/>
                </Field>
                <Button kind=ButtonType::Submit size=ButtonSize::Small loading=rename.is_pending()>"Rename"</Button>
            </Form>
            <details>
                <summary>"Delete conversation"</summary>
                <p>"All that was said in it is deleted; what it used of your month stays used. This cannot be undone."</p>
                <FormError form=delete/>
                <Form form=delete>
                    <input type="hidden" name="id" value=of_delete/>
                    <Button kind=ButtonType::Submit variant=ButtonVariant::Danger size=ButtonSize::Small loading=delete.is_pending()>
                        "Delete for good"
                    </Button>
                </Form>
            </details>
        </details>
    }
}

/// Validates a new title with the server's rules.
///
/// # Errors
/// Returns an error for the field `title` if the title is blank.
pub fn check_title(call: &RenameConversation) -> Result<(), FieldErrors> {
    title(&call.title).map(drop)
}
