use leptos::prelude::*;

use super::Field;
use crate::ui::{
    input::{Input, InputType},
    stories::Story,
};

/// Returns one story for each state.
pub fn stories() -> Vec<Story> {
    vec![
        Story::new("empty", || {
            view! { <Field name="email" label="E-mail"><Input kind=InputType::Email autocomplete="email"/></Field> }.into_any()
        }),
        Story::new("hint", || {
            view! {
                <Field name="new-password" label="Password" hint="At least 8 characters.">
                    <Input kind=InputType::Password autocomplete="new-password"/>
                </Field>
            }
            .into_any()
        }),
        Story::new("error", || {
            view! {
                <Field name="wrong-email" label="E-mail" error=Some("Enter an e-mail address like name@example.com.".to_owned())>
                    <Input kind=InputType::Email autocomplete="email" value="ada@"/>
                </Field>
            }
            .into_any()
        }),
    ]
}
