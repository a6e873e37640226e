use leptos::prelude::*;

use super::{ChoiceLink, ChoiceLinks};
use crate::ui::stories::Story;

/// Returns one story: two links, the second of which is current.
pub fn stories() -> Vec<Story> {
    vec![Story::new("period", || {
        view! {
            <ChoiceLinks label="Period">
                <ChoiceLink href="?range=7d">"7 days"</ChoiceLink>
                <ChoiceLink href="?range=30d" current=true>"30 days"</ChoiceLink>
            </ChoiceLinks>
        }
        .into_any()
    })]
}
