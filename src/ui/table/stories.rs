use leptos::prelude::*;

use super::Table;
use crate::ui::stories::Story;

/// Returns stories for a table of numbers and for a mixed table.
pub fn stories() -> Vec<Story> {
    vec![
        Story::new("numbers", || {
            view! {
                <Table label="Views by day" numbers=true whole=true>
                    <thead><tr><th scope="col">"Day"</th><th scope="col">"Views"</th></tr></thead>
                    <tbody><tr><th scope="row">"2026-11-24"</th><td>"1,200"</td></tr></tbody>
                </Table>
            }
            .into_any()
        }),
        Story::new("words", || {
            view! {
                <Table label="The first earnings">
                    <caption>"Times are UTC."</caption>
                    <thead><tr><th scope="col">"Line"</th><th scope="col">"Type"</th><th scope="col">"Amount"</th></tr></thead>
                    <tbody><tr><th scope="row">"2"</th><td>"Tip"</td><td data-number="true">"12.50"</td></tr></tbody>
                </Table>
            }
            .into_any()
        }),
    ]
}
