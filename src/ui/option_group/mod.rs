//! Group of options: checkboxes or radio buttons.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/option_group/option_group.module.css");

/// One option.
#[derive(Debug, Clone)]
pub struct OptionItem {
    /// Submitted value.
    pub value: &'static str,
    /// Visible label.
    pub label: &'static str,
    /// Whether the option is selected initially.
    pub checked: bool,
}

/// Question with its options.
#[component]
pub fn OptionGroup(
    /// Form field name that all options share, such as `goals[]`.
    name: &'static str,
    /// The question.
    legend: &'static str,
    /// The options.
    items: Vec<OptionItem>,
    /// Whether only one option can be selected (radio buttons).
    #[prop(optional)]
    single: bool,
) -> impl IntoView {
    let kind = if single { "radio" } else { "checkbox" };
    view! {
        <fieldset class=css::root data-slot="option-group">
            <legend class=css::legend>{legend}</legend>
            {items
                .into_iter()
                .map(|item| {
                    view! {
                        <label class=css::choice>
                            <input type=kind name=name value=item.value checked=item.checked class=css::control/>
                            <span>{item.label}</span>
                        </label>
                    }
                })
                .collect_view()}
        </fieldset>
    }
}
