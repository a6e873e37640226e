use leptos::prelude::*;

use super::{Input, InputType};
use crate::ui::{field::Field, stories::Story};

/// Returns stories for text, e-mail and password inputs.
pub fn stories() -> Vec<Story> {
    vec![
        Story::new("text", || view! { <Field name="story-name" label="Name"><Input autocomplete="name" value="Ada"/></Field> }.into_any()),
        Story::new("email", || {
            view! { <Field name="story-email" label="E-mail"><Input kind=InputType::Email autocomplete="email"/></Field> }.into_any()
        }),
        Story::new("password", || {
            view! {
                <Field name="story-password" label="Password"><Input kind=InputType::Password autocomplete="current-password"/></Field>
            }
            .into_any()
        }),
    ]
}
