use leptos::prelude::*;

use super::{OptionGroup, OptionItem};
use crate::ui::stories::Story;

/// Returns one story: a selected and an unselected option.
pub fn stories() -> Vec<Story> {
    vec![Story::new("default", || {
        let items = vec![
            OptionItem { value: "photos", label: "Photos", checked: true },
            OptionItem { value: "videos", label: "Videos", checked: false },
        ];
        view! { <OptionGroup name="story-types[]" legend="Choose all that apply." items/> }.into_any()
    })]
}
