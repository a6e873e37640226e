//! Single-line text input. Must be placed in a [`Field`](super::field::Field), which provides its name, label and rules.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use super::field::FieldContext;
use crate::hooks::{
    document::{closest, select, set_hidden},
    events::listen,
    island::island_root,
};

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
    /// Virtual keyboard to show (HTML's `inputmode`); None leaves the choice to the type of input.
    #[prop(optional)]
    inputmode: Option<&'static str>,
) -> impl IntoView {
    let context = expect_context::<FieldContext>();
    let rules = context.rules;
    let is_password = kind == InputType::Password;
    let (invalid, described_by) = (context.invalid(), context.described_by());
    view! {
        <div class=css::root data-slot="input" data-password=is_password.to_string()>
            <input
                id=context.id
                name=context.name
                class=css::control
                type=kind.as_str()
                dir=(kind == InputType::Text).then_some("auto")
                value=value
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                required=rules.required.is_some()
                data-missing=rules.required
                minlength=rules.min_length.map(|(least, _)| least.to_string())
                data-too-short=rules.min_length.map(|(_, text)| text)
                data-max-length=rules.max_length.map(|(most, _)| most.to_string())
                data-too-long=rules.max_length.map(|(_, text)| text)
                pattern=rules.pattern.map(|(pattern, _)| pattern)
                data-invalid=rules.pattern.map(|(_, text)| text)
                inputmode=inputmode
                aria-invalid=invalid
                aria-describedby=described_by
            />
            {is_password
                .then(|| {
                    view! {
                        <ShowPassword>
                            // Hidden until the island shows it, because it needs JavaScript.
                            <button type="button" class=css::show hidden=true aria-pressed="false" aria-label="Show password">"Show"</button>
                        </ShowPassword>
                    }
                })}
        </div>
    }
}

/// Makes the button in it reveal or hide the password beside it.
#[island]
fn ShowPassword(
    /// The button.
    children: Children,
) -> impl IntoView {
    island_root(children(), |root| {
        let field = closest(&root, "[data-slot=input]").and_then(|around| select(&around, "input"));
        let field = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
        let (Some(button), Some(field)) = (select(&root, "button"), field) else { return };
        set_hidden(&button, false);
        listen(&root, "click", move |_: Event| {
            let is_shown = field.type_() == "password";
            field.set_type(if is_shown { "text" } else { "password" });
            let _ = button.set_attribute("aria-pressed", if is_shown { "true" } else { "false" });
            button.set_text_content(Some(if is_shown { "Hide" } else { "Show" }));
        });
    })
}
