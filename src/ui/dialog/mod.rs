//! Confirmation dialog, based on the native `<dialog>`, which traps the focus, closes on Escape, and restores the focus.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::{html, prelude::*};

stylance::import_crate_style!(css, "src/ui/dialog/dialog.module.css");

/// Modal dialog.
#[component]
pub fn Dialog(
    /// DOM id of the dialog and prefix of its parts' ids; must be unique on the page.
    id: &'static str,
    /// Title: usually the question to confirm.
    #[prop(into)]
    title: Signal<String>,
    /// Whether the dialog is open. If it is open initially, the server renders it open, so that it also works without JavaScript. Set to
    /// false when the user closes it.
    open: RwSignal<bool>,
    /// Explanation, and the buttons in a [`DialogActions`].
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        let is_modal = dialog.matches(":modal").unwrap_or_default();
        match (open.get(), dialog.open()) {
            // The server has rendered it open but not modal; reopen it as a modal dialog.
            (true, true) if !is_modal => {
                let _ = dialog.remove_attribute("open");
                drop(dialog.show_modal());
            }
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    // Removing a dialog while it is modal can leave the page behind it inert, so close it first.
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

/// Row of the dialog's buttons.
#[component]
pub fn DialogActions(
    /// Buttons; the one that confirms comes last.
    children: Children,
) -> impl IntoView {
    view! { <div class=css::actions>{children()}</div> }
}
