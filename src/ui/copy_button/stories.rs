use leptos::prelude::*;

use super::CopyButton;
use crate::ui::stories::Story;

/// As it is drawn before the page is alive.
pub fn stories() -> Vec<Story> {
    vec![Story::new("default", || view! { <CopyButton text="https://app.example.com/" what="the address"/> }.into_any())]
}
