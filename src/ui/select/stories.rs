use leptos::prelude::*;

use super::{Select, SelectOption};
use crate::ui::{field::Field, stories::Story};

/// Returns one story, with the second option selected.
pub fn stories() -> Vec<Story> {
    vec![Story::new("default", || {
        let options = vec![
            SelectOption { value: "USD".into(), label: "USD".into(), selected: false },
            SelectOption { value: "EUR".into(), label: "EUR".into(), selected: true },
        ];
        view! { <Field name="story-currency" label="Currency"><Select options/></Field> }.into_any()
    })]
}
