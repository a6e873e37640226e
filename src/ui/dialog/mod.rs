//! Asks before something happens. The browser's own `<dialog>`: it keeps the focus inside, closes on Escape, and gives the focus back.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::{html, prelude::*};

stylance::import_crate_style!(css, "src/ui/dialog/dialog.module.css");

/// A question in front of the page.
#[component]
pub fn Dialog(
    /// Names its parts; one for each dialog of a page.
    id: &'static str,
    /// The question.
    #[prop(into)]
    title: Signal<String>,
    /// Whether it is there, without a script from the start. Turns false when the user closes it.
    open: RwSignal<bool>,
    /// What it is about, and the buttons that answer, in a [`DialogActions`].
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        let is_modal = dialog.matches(":modal").unwrap_or_default();
        match (open.get(), dialog.open()) {
            // Drawn open by the server: it becomes modal now.
            (true, true) if !is_modal => {
                let _ = dialog.remove_attribute("open");
                drop(dialog.show_modal());
            }
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    // Taken away while it is modal, it can leave the page behind it dead.
    on_cleanup(move || {
        if let Some(Some(dialog)) = dialog.try_get_untracked()
            && dialog.open()
        {
            dialog.close();
        }
    });
    let is_open_at_first = open.get_untracked();
    let title_id = format!("{id}-title");
    let labelled_by = title_id.clone();
    view! {
        <dialog node_ref=dialog id=id open=is_open_at_first class=css::root data-slot="dialog" aria-labelledby=labelled_by on:close=move |_| { let _ = open.try_set(false); }>
            <div class=css::body>
                <h2 id=title_id>{move || title.get()}</h2>
                {children()}
            </div>
        </dialog>
    }
}

/// The buttons that answer.
#[component]
pub fn DialogActions(
    /// Buttons; the one that does it comes last.
    children: Children,
) -> impl IntoView {
    view! { <div class=css::actions>{children()}</div> }
}
