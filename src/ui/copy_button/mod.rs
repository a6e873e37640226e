//! Button that copies a text. Hidden until its island is hydrated; without JavaScript the user selects the text instead.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, HtmlElement, HtmlTextAreaElement};

use super::{
    a11y::VisuallyHidden,
    button::{Button, ButtonSize},
    toast::{self, ToastTone},
};
use crate::hooks::{
    document::{select, set_hidden},
    events::listen,
    island::island_root,
};

/// Button that copies the text of an element to the clipboard and shows a toast.
#[component]
pub fn CopyButton(
    /// DOM id of the element whose text is copied, as it is when the button is clicked.
    #[prop(into)]
    target: String,
    /// Describes the text, for screen readers and for the toast.
    #[prop(into)]
    what: String,
) -> impl IntoView {
    let name = format!(" {what}");
    view! {
        <Copy target what>
            <span hidden=true data-slot="copy-button">
                <Button size=ButtonSize::Small>"Copy" <VisuallyHidden>{name}</VisuallyHidden></Button>
            </span>
        </Copy>
    }
}

/// Makes the button in it copy the text of an element, as it is then, and say so.
#[island]
fn Copy(
    /// DOM id of the element whose text is copied.
    target: String,
    /// Describes the text.
    what: String,
    /// The button.
    children: Children,
) -> impl IntoView {
    island_root(children(), move |root| {
        if let Some(button) = select(&root, "[data-slot=copy-button]") {
            set_hidden(&button, false);
        }
        listen(&root, "click", move |_: Event| {
            let (text, what) = (text_of(&target), what.clone());
            spawn_local(async move {
                match JsFuture::from(window().navigator().clipboard().write_text(&text)).await {
                    Ok(_) => toast::show(ToastTone::Success, &format!("Copied: {what}")),
                    Err(_) => toast::show(ToastTone::Danger, &format!("Your browser does not allow to copy {what}. Select it by hand.")),
                }
            });
        });
    })
}

fn text_of(id: &str) -> String {
    let Some(element) = document().get_element_by_id(id) else { return String::new() };
    if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        return area.value();
    }
    element.dyn_ref::<HtmlElement>().map(HtmlElement::inner_text).unwrap_or_default()
}
