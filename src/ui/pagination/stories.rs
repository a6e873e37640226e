use leptos::prelude::*;

use super::Pagination;
use crate::ui::stories::Story;

/// Returns stories for a page in the middle and for the last page.
pub fn stories() -> Vec<Story> {
    vec![
        Story::new("middle", || {
            view! { <Pagination label="Pages of posts" page=2 pages=3 href=|page| format!("?page={page}")/> }.into_any()
        }),
        Story::new("last", || view! { <Pagination label="Pages of posts" page=3 pages=3 href=|page| format!("?page={page}")/> }.into_any()),
    ]
}
