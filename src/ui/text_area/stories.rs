use leptos::prelude::*;

use super::TextArea;
use crate::ui::{field::Field, stories::Story};

/// Returns stories for a valid and for an invalid text.
pub fn stories() -> Vec<Story> {
    vec![
        Story::new("text", || {
            view! { <Field name="description" label="Description"><TextArea value="Sunset at the beach."/></Field> }.into_any()
        }),
        Story::new("invalid", || {
            let error = Some("At most 500 characters.".to_owned());
            view! { <Field name="description" label="Description" error><TextArea rows=2/></Field> }.into_any()
        }),
    ]
}
