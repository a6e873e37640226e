//! A control with its label, what helps to fill it in, and what is wrong with it.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::{context::Provider, prelude::*};

stylance::import_crate_style!(css, "src/ui/field/field.module.css");

/// What the control inside needs to know.
#[derive(Clone)]
pub struct FieldContext {
    /// The control's id.
    pub id: String,
    /// The control's name on the wire.
    pub name: &'static str,
    /// What is wrong.
    pub error: Signal<Option<String>>,
    /// Whether there is a hint to refer to.
    pub has_hint: bool,
}

impl FieldContext {
    /// The ids of what describes the control: the error first, then the hint.
    pub fn described_by(&self) -> Option<String> {
        let error = self.error.with(Option::is_some).then(|| format!("{}-error", self.id));
        let hint = self.has_hint.then(|| format!("{}-hint", self.id));
        let ids: Vec<_> = error.into_iter().chain(hint).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// Puts a label, a hint and an error around a control.
#[component]
pub fn Field(
    /// The control's name on the wire.
    name: &'static str,
    /// Names its parts; by default the name does. One for each field of a page.
    #[prop(optional, into)]
    id: Option<String>,
    /// What it is.
    label: &'static str,
    /// What helps to fill it in, shown before anything is typed.
    #[prop(optional)]
    hint: Option<&'static str>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// The control.
    children: Children,
) -> impl IntoView {
    let id = format!("field-{}", id.as_deref().unwrap_or(name));
    let context = FieldContext { id: id.clone(), name, error, has_hint: hint.is_some() };
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    view! {
        <div class=css::root data-slot="field" data-invalid=move || error.with(Option::is_some).to_string()>
            <label for=id class=css::label>{label}</label>
            <Provider value=context>{children()}</Provider>
            {hint.map(|hint| view! { <p id=hint_id class=css::hint>{hint}</p> })}
            // Always there, so that a screen reader reads what appears in it.
            <p id=error_id class=css::error aria-live="polite">{move || error.get()}</p>
        </div>
    }
}
