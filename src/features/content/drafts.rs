use huntaze_domain::{content::drafts::Draft, ids::DraftId};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::css;
use crate::{
    api::content::{CreateDraft, DeleteDraft, UpdateDraft, get_drafts},
    features::load_error::LoadError,
    forms::{Form, FormError, FormState, FormSuccess, use_form},
    hooks::{document::focus_id, time::LocalTime},
    ui::{
        a11y::VisuallyHidden,
        button::{Button, ButtonSize, ButtonType, ButtonVariant},
        copy_button::CopyButton,
        field::Field,
        skeleton::Skeleton,
        text_area::TextArea,
        toast::{ToastTone, Toaster},
    },
};

const ID: &str = "drafts";

/// Returns the state of a form that saves a caption variant as a draft, validated with the server's rules.
pub fn use_keep_form() -> FormState<CreateDraft> {
    use_form::<CreateDraft>(|call| call.input.parse().map(drop))
}

/// Section with the user's drafts, which can be copied, edited and deleted.
#[component]
pub fn Drafts(
    /// Form that saves a caption variant as a draft; the result is added to the list.
    keep: FormState<CreateDraft>,
) -> impl IntoView {
    let save = use_form::<UpdateDraft>(|call| call.input.parse().map(drop));
    let delete = use_form::<DeleteDraft>(|_| Ok(()));
    let drafts = Resource::new(|| (), |()| get_drafts());
    view! {
        <section aria-labelledby=ID class=css::variants>
            <h2 id=ID tabindex="-1">"Drafts"</h2>
            <FormError form=save/>
            <FormError form=delete/>
            <FormSuccess form=save text="The draft is saved." toasted=true/>
            <FormSuccess form=delete text="The draft is deleted." toasted=true/>
            <Transition fallback=|| view! { <Skeleton label="Loading the drafts"/> }>
                {move || Suspend::new(async move {
                    match drafts.await {
                        Ok(drafts) => view! { <List drafts keep save delete/> }.into_any(),
                        Err(error) => view! { <LoadError error/> }.into_any(),
                    }
                })}
            </Transition>
        </section>
    }
}

/// List of drafts. Changes are applied in place instead of refetching, so that text being typed in other drafts is kept.
#[component]
fn List(drafts: Vec<Draft>, keep: FormState<CreateDraft>, save: FormState<UpdateDraft>, delete: FormState<DeleteDraft>) -> impl IntoView {
    let list = RwSignal::new(drafts);
    let toaster = expect_context::<Toaster>();
    let put = move |draft: Draft, said: &str| {
        list.update(|list| {
            list.retain(|other| other.id != draft.id);
            list.insert(0, draft);
        });
        toaster.show(ToastTone::Success, said);
    };
    // The element that had the focus has been replaced or removed.
    let focus = || request_animation_frame(|| focus_id(ID));
    Effect::new(move || {
        if let Some(Ok(draft)) = keep.action.value().get() {
            put(draft, "It is kept with your drafts.");
        }
    });
    Effect::new(move || {
        if let Some(Ok(draft)) = save.action.value().get() {
            put(draft, "The draft is saved.");
            focus();
        }
    });
    Effect::new(move || {
        if let Some(Ok(id)) = delete.action.value().get() {
            list.update(|list| list.retain(|draft| draft.id != id));
            toaster.show(ToastTone::Success, "The draft is deleted.");
            focus();
        }
    });
    let sent = RwSignal::new(save.value_of("id").parse().ok());
    view! {
        <p hidden=move || list.with(|list| !list.is_empty())>"None yet. Keep a variant that you like, and publish it when it suits."</p>
        <ul class=css::drafts aria-label="Drafts" hidden=move || list.with(Vec::is_empty)>
            <For each=move || list.get() key=|draft| (draft.id, draft.updated_at) let(draft)>
                <li><Item draft save delete sent/></li>
            </For>
        </ul>
    }
}

#[component]
fn Item(
    draft: Draft,
    save: FormState<UpdateDraft>,
    delete: FormState<DeleteDraft>,
    /// Id of the draft that was submitted last; field errors belong to it.
    sent: RwSignal<Option<DraftId>>,
) -> impl IntoView {
    let Draft { id, platform, text, updated_at } = draft;
    let label = platform.text();
    // The first words of the text distinguish the buttons of the drafts for screen readers.
    let words: String = text.split_whitespace().take(5).collect::<Vec<_>>().join(" ");
    let what = format!("draft for {label}: {words}");
    let (deleted, changed) = (format!(" {what}"), format!(" {what}"));
    let field = format!("draft-{id}");
    let (errors, is_sent) = (save.error_of("text"), move || sent.get() == Some(id));
    let error = Signal::derive(move || errors.get().filter(|_| is_sent()));
    let is_saving = Signal::derive(move || save.is_pending().get() && is_sent());
    // After a post without JavaScript that was rejected, the form is open and contains the submitted text.
    let is_open = save.was_sent() && sent.get_untracked() == Some(id) && !save.is_done.get_untracked();
    let typed = if is_open { save.value_of("text") } else { text.clone() };
    view! {
        <p class=css::meta>{label} ", " <LocalTime time=updated_at/></p>
        <p class=css::text>{text.clone()}</p>
        <div class=css::actions>
            <CopyButton text=Signal::stored(text) what/>
            <Form form=delete>
                <input type="hidden" name="id" value=id.to_string()/>
                <Button kind=ButtonType::Submit size=ButtonSize::Small variant=ButtonVariant::Ghost disabled=delete.is_pending()>
                    "Delete"
                    <VisuallyHidden>{deleted}</VisuallyHidden>
                </Button>
            </Form>
        </div>
        <details class=css::change open=is_open on:submit:capture=move |_| sent.set(Some(id))>
            <summary>"Change" <VisuallyHidden>{changed}</VisuallyHidden></summary>
            <Form form=save class=css::form>
                <input type="hidden" name="id" value=id.to_string()/>
                <Field name="text" id=field label="Text of the draft" error>
                    <TextArea rows=6 value=typed/>
                </Field>
                <div>
                    <Button kind=ButtonType::Submit size=ButtonSize::Small loading=is_saving>"Save draft"</Button>
                </div>
            </Form>
        </details>
    }
}
