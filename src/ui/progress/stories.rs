use leptos::prelude::*;

use super::Progress;
use crate::ui::stories::Story;

/// Returns stories for an empty total and for half-way.
pub fn stories() -> Vec<Story> {
    vec![
        Story::new("start", || view! { <Progress label="Rows stored" done=0 of=0/> }.into_any()),
        Story::new("half", || view! { <Progress label="Rows stored" done=500 of=1000/> }.into_any()),
    ]
}
