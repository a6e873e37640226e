use leptos::prelude::*;

use super::{SegmentedLink, SegmentedLinks};
use crate::ui::stories::Story;

/// Returns one story: two links, the second of which is current.
pub fn stories() -> Vec<Story> {
    vec![Story::new("period", || {
        view! {
            <SegmentedLinks label="Period">
                <SegmentedLink href="?range=7d">"7 days"</SegmentedLink>
                <SegmentedLink href="?range=30d" current=true>"30 days"</SegmentedLink>
            </SegmentedLinks>
        }
        .into_any()
    })]
}
