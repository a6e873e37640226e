//! Interstitial page with a link to another site. Without JavaScript it replaces a redirect after a form post, which the CSP
//! directive `form-action` would block.

use huntaze_domain::page::Page;
use leptos::prelude::*;

use super::error::Notice;
use crate::ui::button::{ButtonLink, ButtonVariant};

/// Document title and heading.
pub const TITLE: &str = "Continue to the platform";

/// Page with a link to another site. Works without JavaScript.
#[component]
pub fn ExternalLinkPage(
    /// URL of the other site.
    target: String,
) -> impl IntoView {
    view! {
        <Notice title=TITLE text="There you decide what Huntaze may read. You come back here afterwards.".to_owned()>
            <ButtonLink href=target variant=ButtonVariant::Primary>"Continue"</ButtonLink>
            <ButtonLink href=Page::Integrations.path()>"Back"</ButtonLink>
        </Notice>
    }
}
