use leptos::prelude::*;

use super::Checkbox;
use crate::ui::stories::Story;

/// Returns one story for each state.
pub fn stories() -> Vec<Story> {
    vec![
        Story::new("off", || view! { <Checkbox name="story-off">"Remember me for 30 days"</Checkbox> }.into_any()),
        Story::new("on", || view! { <Checkbox name="story-on" checked=true>"Remember me for 30 days"</Checkbox> }.into_any()),
    ]
}
