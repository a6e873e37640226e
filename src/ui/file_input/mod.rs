//! File picker. Must be placed in a [`Field`](super::field::Field), which provides its name and label.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use leptos::prelude::*;

use super::field::FieldContext;

stylance::import_crate_style!(css, "src/ui/file_input/file_input.module.css");

/// File picker.
#[component]
pub fn FileInput(
    /// Accepted file types (HTML's `accept`).
    accept: &'static str,
    /// Maximum size in bytes, and what to say about a larger file.
    max_bytes: (u64, &'static str),
) -> impl IntoView {
    let context = expect_context::<FieldContext>();
    let (invalid, described_by) = (context.invalid(), context.described_by());
    view! {
        <input
            type="file"
            id=context.id
            name=context.name
            class=css::root
            data-slot="file-input"
            accept=accept
            required=context.rules.required.is_some()
            data-missing=context.rules.required
            data-max-bytes=max_bytes.0.to_string()
            data-too-long=max_bytes.1
            aria-invalid=invalid
            aria-describedby=described_by
        />
    }
}
