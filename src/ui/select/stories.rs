use leptos::prelude::*;

use super::{Select, SelectOption};
use crate::ui::{field::Field, stories::Story};

/// The second is chosen.
pub fn stories() -> Vec<Story> {
    vec![Story::new("default", || {
        let options =
            vec![SelectOption { value: "USD", label: "USD", selected: false }, SelectOption { value: "EUR", label: "EUR", selected: true }];
        view! { <Field name="story-currency" label="Currency"><Select options/></Field> }.into_any()
    })]
}
