use leptos::prelude::*;

use super::CopyButton;
use crate::ui::stories::Story;

/// Returns one story: the button as the server draws it, hidden, with the text that it copies.
pub fn stories() -> Vec<Story> {
    vec![Story::new("default", || {
        view! {
            <code id="story-address">"https://app.example.com/"</code>
            <CopyButton target="story-address" what="the address"/>
        }
        .into_any()
    })]
}
