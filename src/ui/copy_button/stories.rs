use leptos::prelude::*;

use super::CopyButton;
use crate::ui::stories::Story;

/// Returns one story: the button before hydration.
pub fn stories() -> Vec<Story> {
    vec![Story::new("default", || view! { <CopyButton text="https://app.example.com/" what="the address"/> }.into_any())]
}
