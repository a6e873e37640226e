//! Several choices, of which any number may be taken, or one.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/choice_list/choice_list.module.css");

/// One of the choices.
#[derive(Debug, Clone)]
pub struct ChoiceItem {
    /// The word on the wire.
    pub value: &'static str,
    /// The word on the screen.
    pub label: &'static str,
    /// Whether it is taken at first.
    pub checked: bool,
}

/// A question and its choices.
#[component]
pub fn ChoiceList(
    /// The name of each choice on the wire, as in `goals[]`.
    name: &'static str,
    /// The question.
    legend: &'static str,
    /// The choices.
    items: Vec<ChoiceItem>,
    /// Whether only one may be taken.
    #[prop(optional)]
    single: bool,
) -> impl IntoView {
    let kind = if single { "radio" } else { "checkbox" };
    view! {
        <fieldset class=css::root data-slot="choice-list">
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
