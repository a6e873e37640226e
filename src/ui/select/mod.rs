//! Drop-down list. Must be placed in a [`Field`](super::field::Field), which provides its name and label.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use std::borrow::Cow;

use leptos::prelude::*;

use super::field::FieldContext;

stylance::import_crate_style!(css, "src/ui/select/select.module.css");

/// One option of a [`Select`].
#[derive(Debug, Clone)]
pub struct SelectOption {
    /// Submitted value.
    pub value: Cow<'static, str>,
    /// Visible label.
    pub label: Cow<'static, str>,
    /// Whether the option is selected initially.
    pub selected: bool,
}

/// Drop-down list for a single choice.
#[component]
pub fn Select(
    /// The options.
    options: Vec<SelectOption>,
) -> impl IntoView {
    let context = expect_context::<FieldContext>();
    let (invalid, described_by) = (context.invalid(), context.described_by());
    view! {
        <select
            id=context.id
            name=context.name
            class=css::root
            data-slot="select"
            aria-invalid=invalid
            aria-describedby=described_by
        >
            {options
                .into_iter()
                .map(|option| view! { <option value=option.value selected=option.selected>{option.label}</option> })
                .collect_view()}
        </select>
    }
}
