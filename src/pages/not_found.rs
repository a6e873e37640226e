//! Page for unknown paths.

use leptos::prelude::*;

use super::{PageMeta, error::Notice};
use crate::ui::button::{ButtonLink, ButtonVariant};

/// Page for unknown paths; the server responds with status 404.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    crate::http::context::set_status(http::StatusCode::NOT_FOUND);
    view! {
        <PageMeta title="Page not found" description="There is no such page."/>
        <Notice title="Page not found" text="There is nothing at this address. It may have moved, or the link is not right.".to_owned()>
            <ButtonLink href="/" variant=ButtonVariant::Primary>"Go to the start"</ButtonLink>
        </Notice>
    }
}
