use leptos::prelude::*;

use super::{ScreenReaderOnly, SkipLink};
use crate::ui::stories::Story;

/// Returns one story for each component.
pub fn stories() -> Vec<Story> {
    vec![
        Story::new("skip-link", || view! { <SkipLink/> }.into_any()),
        Story::new("screen-reader-only", || view! { <p>"—"<ScreenReaderOnly>"unknown"</ScreenReaderOnly></p> }.into_any()),
    ]
}
