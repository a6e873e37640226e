//! Form field: a control with its label, hint and error.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use leptos::{context::Provider, prelude::*};

stylance::import_crate_style!(css, "src/ui/field/field.module.css");

/// Rules of a field that the browser checks, each with what to say if it is broken. The server checks them again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rules {
    /// The field must not be blank.
    pub required: Option<&'static str>,
    /// Minimum length in characters.
    pub min_length: Option<(usize, &'static str)>,
    /// Maximum length in characters. Not HTML's `maxlength`, which cuts off a pasted text in silence.
    pub max_length: Option<(usize, &'static str)>,
    /// Pattern of the whole value, in the syntax of HTML.
    pub pattern: Option<(&'static str, &'static str)>,
}

/// What the control within a [`Field`] needs to render its attributes.
#[derive(Clone)]
pub struct FieldContext {
    /// DOM id of the control.
    pub id: String,
    /// Form field name of the control.
    pub name: &'static str,
    /// Whether the value is invalid.
    pub is_invalid: bool,
    /// Whether a hint is rendered, so that the control can refer to it.
    pub has_hint: bool,
    /// Rules of the value.
    pub rules: Rules,
}

impl FieldContext {
    /// Returns the value of `aria-invalid`.
    pub fn invalid(&self) -> Option<&'static str> {
        self.is_invalid.then_some("true")
    }

    /// Returns the value of `aria-describedby`: the ids of the error and the hint, in this order. None if there is neither.
    pub fn described_by(&self) -> Option<String> {
        let error = self.is_invalid.then(|| format!("{}-error", self.id));
        let hint = self.has_hint.then(|| format!("{}-hint", self.id));
        let ids: Vec<_> = error.into_iter().chain(hint).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// Renders a label, a hint and an error around a control.
#[component]
pub fn Field(
    /// Form field name of the control.
    name: &'static str,
    /// Suffix of the DOM ids; must be unique on the page. Defaults to `name`.
    #[prop(optional, into)]
    id: Option<String>,
    /// Label.
    label: &'static str,
    /// Help text, always visible.
    #[prop(optional)]
    hint: Option<&'static str>,
    /// Validation error; None if the value is valid.
    #[prop(optional_no_strip)]
    error: Option<String>,
    /// Rules that the browser checks.
    #[prop(optional)]
    rules: Rules,
    /// The control, which reads the [`FieldContext`].
    children: Children,
) -> impl IntoView {
    let id = format!("field-{}", id.as_deref().unwrap_or(name));
    let is_invalid = error.is_some();
    let context = FieldContext { id: id.clone(), name, is_invalid, has_hint: hint.is_some(), rules };
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    view! {
        <div class=css::root data-slot="field" data-invalid=is_invalid.to_string()>
            <label for=id class=css::label>{label}</label>
            <Provider value=context>{children()}</Provider>
            {hint.map(|hint| view! { <p id=hint_id class=css::hint>{hint}</p> })}
            // Always rendered: screen readers only announce changes of an existing live region.
            <p id=error_id class=css::error aria-live="polite" data-error-for=name.trim_end_matches("[]")>{error}</p>
        </div>
    }
}
