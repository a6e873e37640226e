//! Checkbox for a yes/no choice.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/checkbox/checkbox.module.css");

/// Checkbox with its label.
#[component]
pub fn Checkbox(
    /// Form field name; submitted with the value `on` if the box is checked.
    name: &'static str,
    /// Whether the box is checked initially.
    #[prop(optional)]
    checked: bool,
    /// What to say if the box must be checked and is not; None if it need not be.
    #[prop(optional)]
    required: Option<&'static str>,
    /// Label.
    children: Children,
) -> impl IntoView {
    view! {
        <label class=css::root data-slot="checkbox">
            <input type="checkbox" name=name checked=checked required=required.is_some() data-missing=required class=css::control/>
            <span>{children()}</span>
        </label>
    }
}
