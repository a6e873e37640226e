use leptos::prelude::*;

use super::Skeleton;
use crate::ui::stories::Story;

/// Returns stories for one line and for the default number of lines.
pub fn stories() -> Vec<Story> {
    vec![
        Story::new("one-line", || view! { <Skeleton label="Loading your name" lines=1/> }.into_any()),
        Story::new("lines", || view! { <Skeleton label="Loading your figures"/> }.into_any()),
    ]
}
