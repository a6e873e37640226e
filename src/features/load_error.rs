//! Where something could not be loaded.

use leptos::prelude::*;

use crate::{
    error::ApiError,
    ui::{
        alert::{Alert, AlertTone},
        button::{ButtonLink, ButtonSize},
    },
};

/// What went wrong, and a way to try again that needs no script.
#[component]
pub fn LoadError(
    /// What went wrong.
    error: ApiError,
) -> impl IntoView {
    view! {
        <Alert tone=AlertTone::Danger>
            <p>{error.message}</p>
            // An empty address is the page itself.
            <ButtonLink href="" external=true size=ButtonSize::Small>"Retry"</ButtonLink>
        </Alert>
    }
}
