use leptos::prelude::*;

use super::{SkipLink, VisuallyHidden};
use crate::ui::stories::Story;

/// Returns one story for each component.
pub fn stories() -> Vec<Story> {
    vec![
        Story::new("skip-link", || view! { <SkipLink/> }.into_any()),
        Story::new("visually-hidden", || view! { <p>"—"<VisuallyHidden>"unknown"</VisuallyHidden></p> }.into_any()),
    ]
}
