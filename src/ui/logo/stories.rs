use leptos::prelude::*;

use super::Logo;
use crate::ui::stories::Story;

/// Returns one story; the logo has only one state.
pub fn stories() -> Vec<Story> {
    vec![Story::new("default", || view! { <Logo href="/beta"/> }.into_any())]
}
