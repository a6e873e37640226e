//! One choice out of a short list. Stands in a [`Field`](super::field::Field), which names it.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use std::borrow::Cow;

use leptos::prelude::*;

use super::field::FieldContext;

stylance::import_crate_style!(css, "src/ui/select/select.module.css");

/// One of the choices.
#[derive(Debug, Clone)]
pub struct SelectOption {
    /// The word on the wire.
    pub value: Cow<'static, str>,
    /// The word on the screen.
    pub label: Cow<'static, str>,
    /// Whether it is chosen at first.
    pub selected: bool,
}

/// One choice out of a short list.
#[component]
pub fn Select(
    /// The choices.
    options: Vec<SelectOption>,
) -> impl IntoView {
    let context = expect_context::<FieldContext>();
    let FieldContext { id, name, error, .. } = context.clone();
    view! {
        <select
            id=id
            name=name
            class=css::root
            data-slot="select"
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            aria-describedby=move || context.described_by()
        >
            {options
                .into_iter()
                .map(|option| view! { <option value=option.value selected=option.selected>{option.label}</option> })
                .collect_view()}
        </select>
    }
}
