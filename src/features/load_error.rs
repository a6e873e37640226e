//! Error message in place of data that failed to load.

use huntaze_domain::page::Page;
use huntaze_texts::Text;
use leptos::prelude::*;

use crate::{
    error::ApiError,
    ui::{
        alert::{Alert, AlertTone},
        button::{ButtonLink, ButtonSize},
    },
};

/// Error message with a link that works without JavaScript: it repeats the request if that may help, and leads back otherwise.
#[component]
pub fn LoadError(
    /// Error of the failed request.
    error: ApiError,
    /// Where the way back leads; the page without its query if there is none.
    #[prop(optional)]
    back: Option<Page>,
) -> impl IntoView {
    let (href, text) = match back {
        // An empty `href` reloads the current page, and `?` loads it without its query.
        _ if error.code.is_retryable() => ("", "Retry".to_owned()),
        None => ("?", "Start over".to_owned()),
        Some(page) => (page.path(), format!("Back to {}", page.text())),
    };
    view! {
        <Alert tone=AlertTone::Danger>
            <p>{error.message}</p>
            <ButtonLink href size=ButtonSize::Small>{text}</ButtonLink>
        </Alert>
    }
}
