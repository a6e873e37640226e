use std::{cell::Cell, rc::Rc, time::Duration};

use leptos::prelude::*;
use web_sys::{Element, Event};

use crate::hooks::{
    document::{closest, select, set_or_remove},
    events::{FORM_DONE, listen},
    island::island_root,
};

/// Disables the submit button in it for some seconds after each success of its form.
#[island]
pub fn Cooldown(
    /// Time to wait in seconds, the same as on the server.
    seconds: u32,
    /// The button.
    children: Children,
) -> impl IntoView {
    island_root(children(), move |root| {
        let (Some(form), Some(button)) = (closest(&root, "form"), select(&root, "button")) else { return };
        let Some(label) = select(&button, "[data-slot=label]") else { return };
        let idle = label.text_content().unwrap_or_default();
        let left = Rc::new(Cell::new(0));
        listen(&form, FORM_DONE, move |_: Event| {
            left.set(seconds);
            tick(&button, &label, &idle, &left);
        });
    })
}

/// Shows how long the button has to wait, once a second.
fn tick(button: &Element, label: &Element, idle: &str, left: &Rc<Cell<u32>>) {
    let Some(next) = left.get().checked_sub(1) else {
        label.set_text_content(Some(idle));
        set_or_remove(button, "aria-disabled", None);
        return;
    };
    label.set_text_content(Some(&format!("Send again in {} s", left.get())));
    set_or_remove(button, "aria-disabled", Some("true"));
    left.set(next);
    let (button, label, idle, left) = (button.clone(), label.clone(), idle.to_owned(), left.clone());
    set_timeout(move || tick(&button, &label, &idle, &left), Duration::from_secs(1));
}
