//! What is shown when there is no page.

use huntaze_domain::error::ErrorCode;
use leptos::prelude::*;

use crate::{
    error::ApiError,
    ui::{
        a11y::MAIN_ID,
        button::{ButtonLink, ButtonVariant},
        logo::Logo,
    },
};

stylance::import_crate_style!(css, "src/pages/error.module.css");

/// The heading and title for an error.
pub fn title_of(error: &ApiError) -> &'static str {
    match error.code {
        ErrorCode::NotFound => "Page not found",
        ErrorCode::RateLimited => "Too many requests",
        ErrorCode::Unauthenticated => "Please sign in",
        _ => "Something went wrong",
    }
}

/// What went wrong before a page could be drawn. Works without any script.
#[component]
pub fn ErrorPage(
    /// What.
    error: ApiError,
) -> impl IntoView {
    let is_ours = error.code.status() >= 500;
    let title = title_of(&error);
    let way_out = match error.code {
        ErrorCode::Unauthenticated => ("/login", "Sign in"),
        // An empty address is the page itself.
        _ => ("", "Retry"),
    };
    view! {
        <Notice title text=error.message>
            {is_ours.then(|| view! { <p>"Request " <code>{error.request_id}</code></p> })}
            <ButtonLink href=way_out.0 external=true variant=ButtonVariant::Primary>{way_out.1}</ButtonLink>
        </Notice>
    }
}

/// A page that has one thing to say.
#[component]
pub fn Notice(
    /// The page's one `h1`.
    title: &'static str,
    /// The thing.
    text: String,
    /// What one can do.
    children: Children,
) -> impl IntoView {
    view! {
        <main id=MAIN_ID tabindex="-1" class=css::page>
            <Logo href="/beta"/>
            <h1>{title}</h1>
            <p>{text}</p>
            {children()}
        </main>
    }
}
