//! Confirmation dialog, based on the native `<dialog>`, which traps the focus, closes on Escape, and restores the focus.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlDialogElement};

use crate::hooks::{
    document::{closest, replace_url, select, target},
    events::listen,
    island::island_root,
};

stylance::import_crate_style!(css, "src/ui/dialog/dialog.module.css");

/// Dialog of a page that is drawn with it, because its URL says so. Modal; without JavaScript it lies over the page, which can be used.
#[component]
pub fn Dialog(
    /// DOM id of the dialog and prefix of its parts' ids; must be unique on the page.
    id: &'static str,
    /// Title: usually the question to confirm.
    #[prop(into)]
    title: String,
    /// URL of the page without the dialog, which it gets when the dialog is closed. Links in the dialog to it close it at once.
    #[prop(into)]
    closed_url: String,
    /// Explanation, and the buttons in a [`DialogActions`].
    children: Children,
) -> impl IntoView {
    let title_id = format!("{id}-title");
    let (labelled_by, way_back) = (title_id.clone(), closed_url.clone());
    view! {
        <Modal closed_url>
            <dialog id=id open=true closedby="any" class=css::root data-slot="dialog" aria-labelledby=labelled_by>
                <div class=css::body>
                    <h2 id=title_id>{title}</h2>
                    {children()}
                    // Last, so that the first button of the dialog gets the focus.
                    <a href=way_back class=css::close aria-label="Close">"×"</a>
                </div>
            </dialog>
        </Modal>
    }
}

/// Row of the dialog's buttons.
#[component]
pub fn DialogActions(
    /// Buttons; the one that confirms comes last.
    children: Children,
) -> impl IntoView {
    view! { <div class=css::actions>{children()}</div> }
}

/// Makes the open dialog in it modal. When it is closed, the page gets the URL that it has without the dialog; links in the dialog to that URL
/// close it at once.
#[island]
fn Modal(
    /// URL of the page without the dialog.
    closed_url: String,
    /// The dialog.
    children: Children,
) -> impl IntoView {
    island_root(children(), move |root| {
        let Some(dialog) = select(&root, "dialog").and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok()) else { return };
        // It was drawn open, which is not modal.
        let _ = dialog.remove_attribute("open");
        let _ = dialog.show_modal();
        let url = closed_url.clone();
        listen(&dialog, "close", move |_: Event| replace_url(&url));
        let closed = dialog.clone();
        listen(&dialog, "click", move |event: Event| {
            let link = target(&event).and_then(|target| closest(&target, "a"));
            if link.and_then(|link| link.get_attribute("href")).as_ref() == Some(&closed_url) {
                event.prevent_default();
                closed.close();
            }
        });
    })
}
