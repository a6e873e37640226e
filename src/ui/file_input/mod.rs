//! A file of the user's. Stands in a [`Field`](super::field::Field), which names it.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::{html, prelude::*};

use super::field::FieldContext;

stylance::import_crate_style!(css, "src/ui/file_input/file_input.module.css");

/// A file of the user's.
#[component]
pub fn FileInput(
    /// What is offered first (HTML's `accept`).
    accept: &'static str,
    /// Finds the control, to look at the file.
    #[prop(optional)]
    node_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let context = expect_context::<FieldContext>();
    let FieldContext { id, name, error, .. } = context.clone();
    view! {
        <input
            node_ref=node_ref
            type="file"
            id=id
            name=name
            class=css::root
            data-slot="file-input"
            accept=accept
            required=true
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            aria-describedby=move || context.described_by()
        />
    }
}
