use leptos::prelude::*;

use super::Logo;
use crate::ui::stories::Story;

/// There is one state.
pub fn stories() -> Vec<Story> {
    vec![Story::new("default", || view! { <Logo href="/beta"/> }.into_any())]
}
