//! Between us and another site.

use leptos::prelude::*;

use super::error::Notice;
use crate::ui::button::{ButtonLink, ButtonVariant};

/// Title and heading.
pub const TITLE: &str = "Continue to the platform";

/// One link to another site. Works without any script.
#[component]
pub fn LeavePage(
    /// Where to.
    target: String,
) -> impl IntoView {
    view! {
        <Notice title=TITLE text="There you decide what Huntaze may read. You come back here afterwards.".to_owned()>
            <ButtonLink href=target external=true variant=ButtonVariant::Primary>"Continue"</ButtonLink>
            <ButtonLink href="/integrations" external=true>"Back"</ButtonLink>
        </Notice>
    }
}
