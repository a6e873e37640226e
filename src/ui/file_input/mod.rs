//! File picker. Must be placed in a [`Field`](super::field::Field), which provides its name and label.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::{html, prelude::*};

use super::field::FieldContext;

stylance::import_crate_style!(css, "src/ui/file_input/file_input.module.css");

/// Required file picker.
#[component]
pub fn FileInput(
    /// Accepted file types (HTML's `accept`).
    accept: &'static str,
    /// Reference to the `<input>`, to inspect the selected file.
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
