//! Single-line text input. Must be placed in a [`Field`](super::field::Field), which provides its name and label.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::prelude::*;

use super::field::FieldContext;

stylance::import_crate_style!(css, "src/ui/input/input.module.css");

/// Type of input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum InputType {
    /// Any text.
    #[default]
    Text,
    /// An e-mail address.
    Email,
    /// A password, with a button that reveals it.
    Password,
    /// A date, entered with the browser's date picker.
    Date,
}

impl InputType {
    /// Returns the value of the `type` attribute.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Email => "email",
            Self::Password => "password",
            Self::Date => "date",
        }
    }
}

/// Single-line text input.
#[component]
pub fn Input(
    /// Type of input.
    #[prop(optional)]
    kind: InputType,
    /// HTML autofill token for browsers and password managers.
    autocomplete: &'static str,
    /// Initial value.
    #[prop(optional, into)]
    value: String,
    /// Whether a value is required.
    #[prop(default = true)]
    required: bool,
    /// Virtual keyboard to show (HTML's `inputmode`); None leaves the choice to the type of input.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// Called with the new value on every change.
    #[prop(optional, into)]
    on_input: Option<Callback<String>>,
) -> impl IntoView {
    let FieldContext { id, name, error, .. } = expect_context::<FieldContext>();
    let context = expect_context::<FieldContext>();
    let is_shown = RwSignal::new(false);
    let is_password = kind == InputType::Password;
    let shown_kind = move || if is_password && is_shown.get() { "text" } else { kind.as_str() };
    view! {
        <div class=css::root data-slot="input" data-password=is_password.to_string()>
            <input
                id=id
                name=name
                class=css::control
                type=shown_kind
                value=value
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                required=required
                inputmode=inputmode
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=move || context.described_by()
                on:input=move |event| {
                    if let Some(on_input) = on_input {
                        on_input.run(event_target_value(&event));
                    }
                }
            />
            {is_password.then(|| view! { <ShowButton is_shown/> })}
        </div>
    }
}

/// Button that reveals or hides the password. Hidden until hydration, because it does not work without JavaScript.
#[component]
fn ShowButton(is_shown: RwSignal<bool>) -> impl IntoView {
    let is_hydrated = RwSignal::new(false);
    Effect::new(move || is_hydrated.set(true));
    view! {
        <button
            type="button"
            class=css::show
            hidden=move || !is_hydrated.get()
            aria-pressed=move || is_shown.get().to_string()
            aria-label="Show password"
            on:click=move |_| is_shown.update(|shown| *shown = !*shown)
        >
            {move || if is_shown.get() { "Hide" } else { "Show" }}
        </button>
    }
}
