use leptos::prelude::*;

use super::FileInput;
use crate::ui::{field::Field, stories::Story};

/// Returns one story: a file picker with its label.
pub fn stories() -> Vec<Story> {
    vec![Story::new("default", || view! { <Field name="file" label="Statement"><FileInput accept=".csv"/></Field> }.into_any())]
}
