use huntaze_domain::{
    content::drafts::{Draft, TEXT_RULES},
    ids::DraftId,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::css;
use crate::{
    api::content::{DeleteDraft, UpdateDraft},
    error::ApiError,
    features::{load_error::LoadError, time::LocalTime},
    forms::{Form, FormError, FormState, FormSuccess, rules, use_form},
    ui::{
        a11y::VisuallyHidden,
        button::{Button, ButtonSize, ButtonType, ButtonVariant},
        copy_button::CopyButton,
        field::Field,
        text_area::TextArea,
    },
};

const ID: &str = "drafts";

/// Section with the user's drafts, which can be copied, edited and deleted.
#[component]
pub fn Drafts(
    /// The drafts, most recently changed first, or why they could not be loaded.
    drafts: Result<Vec<Draft>, ApiError>,
) -> impl IntoView {
    let (save, delete) = (use_form::<UpdateDraft>(), use_form::<DeleteDraft>());
    let list = match drafts {
        Ok(drafts) if drafts.is_empty() => {
            view! { <p>"None yet. Keep a variant that you like, and publish it when it suits."</p> }.into_any()
        }
        Ok(drafts) => view! {
            <ul class=css::drafts aria-label="Drafts">
                {drafts.into_iter().map(|draft| view! { <li><Item draft save delete/></li> }).collect_view()}
            </ul>
        }
        .into_any(),
        Err(error) => view! { <LoadError error/> }.into_any(),
    };
    view! {
        <section aria-labelledby=ID class=css::variants data-part="drafts">
            <h2 id=ID tabindex="-1">"Drafts"</h2>
            <FormError form=save/>
            <FormError form=delete/>
            <FormSuccess form=save text="The draft is saved." toasted=true/>
            <FormSuccess form=delete text="The draft is deleted." toasted=true/>
            {list}
        </section>
    }
}

#[component]
fn Item(draft: Draft, save: FormState<UpdateDraft>, delete: FormState<DeleteDraft>) -> impl IntoView {
    let Draft { id, platform, text, updated_at } = draft;
    let label = platform.text();
    // The first words of the text distinguish the buttons of the drafts for screen readers.
    let words: String = text.split_whitespace().take(5).collect::<Vec<_>>().join(" ");
    let what = format!("draft for {label}: {words}");
    let (deleted, changed) = (format!(" {what}"), format!(" {what}"));
    let (field, copied, disclosure) = (format!("draft-{id}"), format!("draft-{id}-text"), format!("draft-{id}-change"));
    // After a post without JavaScript that was rejected, the form is open and contains the submitted text.
    let is_sent = save.value_of("id").parse::<DraftId>().is_ok_and(|sent| sent == id);
    let is_open = is_sent && !save.is_done();
    let typed = if is_open { save.value_of("text") } else { text.clone() };
    let error = save.error_of("text").filter(|_| is_sent);
    view! {
        <p class=css::meta>{label} ", " <LocalTime time=updated_at/></p>
        <p id=copied.clone() class=css::text dir="auto" translate="no">{text}</p>
        <div class=css::actions>
            <CopyButton target=copied what/>
            <Form form=delete refresh="drafts">
                <input type="hidden" name="id" value=id.to_string()/>
                <Button kind=ButtonType::Submit size=ButtonSize::Small variant=ButtonVariant::Ghost>
                    "Delete"
                    <VisuallyHidden>{deleted}</VisuallyHidden>
                </Button>
            </Form>
        </div>
        <details id=disclosure class=css::change open=is_open>
            <summary>"Change" <VisuallyHidden>{changed}</VisuallyHidden></summary>
            <Form form=save class=css::form refresh="drafts">
                <input type="hidden" name="id" value=id.to_string()/>
                <Field name="text" id=field label="Text of the draft" rules=rules(TEXT_RULES) error>
                    <TextArea rows=6 value=typed/>
                </Field>
                <div>
                    <Button kind=ButtonType::Submit size=ButtonSize::Small busy="Saving…">"Save draft"</Button>
                </div>
            </Form>
        </details>
    }
}
