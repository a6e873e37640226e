use leptos::prelude::*;

use super::FileInput;
use crate::ui::{field::Field, stories::Story};

/// Returns one story: a file picker with its label.
pub fn stories() -> Vec<Story> {
    vec![Story::new("default", || {
        view! { <Field name="file" label="Statement"><FileInput accept=".csv" max_bytes=(1024, "This file is too large.")/></Field> }
            .into_any()
    })]
}
