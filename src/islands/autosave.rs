use std::{cell::Cell, rc::Rc};

use huntaze_texts::onboarding;
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{Event, FormData, HtmlFormElement, UrlSearchParams};

use crate::{
    api::onboarding::SaveOnboardingStep,
    hooks::{
        document::{closest, select},
        events::listen,
        fetch,
        island::island_root,
    },
};

/// Saves every change of the form around at once, so that closing the page loses nothing, and says so in the line within. Sends one request
/// at a time, so that they arrive in order.
#[island]
pub fn Autosave(
    /// The line, of role `status`.
    children: Children,
) -> impl IntoView {
    island_root(children(), |root| {
        let form = closest(&root, "form").and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        let (Some(form), Some(line)) = (form, select(&root, "[role=status]")) else { return };
        let (is_sending, is_outdated) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(false)));
        listen(&form.clone(), "change", move |_: Event| {
            is_outdated.set(true);
            if is_sending.replace(true) {
                return;
            }
            let (form, line, is_sending, is_outdated) = (form.clone(), line.clone(), is_sending.clone(), is_outdated.clone());
            spawn_local(async move {
                let mut is_saved = true;
                while is_outdated.take() {
                    is_saved = save(&form).await;
                }
                line.set_text_content(Some(if is_saved { onboarding::SAVED } else { onboarding::NOT_SAVED }));
                is_sending.set(false);
            });
        });
    })
}

/// Saves the answers of a form and stays at its step. Returns whether it succeeded; the server refuses invalid answers.
async fn save(form: &HtmlFormElement) -> bool {
    let Some(body) = FormData::new_with_form(form).ok().and_then(|data| UrlSearchParams::new_with_str_sequence_sequence(&data).ok()) else {
        return false;
    };
    body.set("action", "stay");
    fetch::post(SaveOnboardingStep::PATH, &body).await.is_ok()
}
