//! A choice between yes and no.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/checkbox/checkbox.module.css");

/// A box with its label.
#[component]
pub fn Checkbox(
    /// Its name on the wire; sent as `on` when it is ticked.
    name: &'static str,
    /// Whether it is ticked at first.
    #[prop(optional)]
    checked: bool,
    /// What it means.
    children: Children,
) -> impl IntoView {
    view! {
        <label class=css::root data-slot="checkbox">
            <input type="checkbox" name=name checked=checked class=css::control/>
            <span>{children()}</span>
        </label>
    }
}
