use leptos::prelude::*;

use super::{Toast, ToastTone};
use crate::ui::stories::Story;

/// Returns one story for each tone.
pub fn stories() -> Vec<Story> {
    vec![
        Story::new("success", || view! { <Toast tone=ToastTone::Success text="A new mail is on its way."/> }.into_any()),
        Story::new("danger", || view! { <Toast tone=ToastTone::Danger text="Huntaze cannot be reached."/> }.into_any()),
    ]
}
