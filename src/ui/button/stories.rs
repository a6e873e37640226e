use leptos::prelude::*;

use super::{Button, ButtonLink, ButtonSize, ButtonVariant};
use crate::ui::stories::Story;

/// Returns one story for each variant and state.
pub fn stories() -> Vec<Story> {
    vec![
        Story::new("primary", || view! { <Button variant=ButtonVariant::Primary>"Create account"</Button> }.into_any()),
        Story::new("secondary", || view! { <Button>"Sign in"</Button> }.into_any()),
        Story::new("ghost", || view! { <Button variant=ButtonVariant::Ghost>"Skip"</Button> }.into_any()),
        Story::new("danger", || view! { <Button variant=ButtonVariant::Danger>"Delete account"</Button> }.into_any()),
        Story::new("small", || view! { <Button size=ButtonSize::Small>"Refresh"</Button> }.into_any()),
        Story::new("disabled", || view! { <Button attr:aria-disabled="true">"Not now"</Button> }.into_any()),
        Story::new("loading", || {
            view! { <Button variant=ButtonVariant::Primary attr:aria-busy="true" attr:data-loading="true" attr:aria-disabled="true">"Signing in…"</Button> }.into_any()
        }),
        Story::new("full", || view! { <Button full=true>"Continue"</Button> }.into_any()),
        Story::new("link", || view! { <ButtonLink href="/login" variant=ButtonVariant::Primary>"Sign in"</ButtonLink> }.into_any()),
    ]
}
