//! Several lines of text. Stands in a [`Field`](super::field::Field), which names it.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::prelude::*;

use super::field::FieldContext;

stylance::import_crate_style!(css, "src/ui/text_area/text_area.module.css");

/// Several lines of text.
#[component]
pub fn TextArea(
    /// What stands there at first.
    #[prop(optional, into)]
    value: String,
    /// Lines that are shown.
    #[prop(default = 4)]
    rows: u8,
    /// Told of every change.
    #[prop(optional, into)]
    on_input: Option<Callback<String>>,
) -> impl IntoView {
    let context = expect_context::<FieldContext>();
    let FieldContext { id, name, error, .. } = context.clone();
    view! {
        <textarea
            id=id
            name=name
            class=css::root
            rows=rows
            data-slot="text-area"
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            aria-describedby=move || context.described_by()
            on:input=move |event| {
                if let Some(on_input) = on_input {
                    on_input.run(event_target_value(&event));
                }
            }
        >
            {value}
        </textarea>
    }
}
