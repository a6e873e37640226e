use leptos::prelude::*;

use super::{ChoiceItem, ChoiceList};
use crate::ui::stories::Story;

/// Returns one story: a selected and an unselected option.
pub fn stories() -> Vec<Story> {
    vec![Story::new("default", || {
        let items = vec![
            ChoiceItem { value: "photos", label: "Photos", checked: true },
            ChoiceItem { value: "videos", label: "Videos", checked: false },
        ];
        view! { <ChoiceList name="story-types[]" legend="Choose all that apply." items/> }.into_any()
    })]
}
