//! Error message in place of data that failed to load.

use leptos::prelude::*;

use crate::{
    error::ApiError,
    ui::{
        alert::{Alert, AlertTone},
        button::{ButtonLink, ButtonSize},
    },
};

/// Error message with a retry link that works without JavaScript.
#[component]
pub fn LoadError(
    /// Error of the failed request.
    error: ApiError,
) -> impl IntoView {
    view! {
        <Alert tone=AlertTone::Danger>
            <p>{error.message}</p>
            // An empty `href` reloads the current page.
            <ButtonLink href="" size=ButtonSize::Small>"Retry"</ButtonLink>
        </Alert>
    }
}
