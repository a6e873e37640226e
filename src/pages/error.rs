//! Error page, and the layout of pages with a single message.

use huntaze_domain::{error::ErrorCode, page::Page};
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

/// Returns the heading and document title for an error.
pub fn title_of(error: &ApiError) -> &'static str {
    match error.code {
        ErrorCode::NotFound => "Page not found",
        ErrorCode::RateLimited => "Too many requests",
        ErrorCode::Unauthenticated => "Please sign in",
        _ => "Something went wrong",
    }
}

/// Page for an error that occurred before a page could be rendered. Works without JavaScript.
#[component]
pub fn ErrorPage(error: ApiError) -> impl IntoView {
    let is_ours = error.code.status() >= 500;
    let title = title_of(&error);
    let way_out = match error.code {
        ErrorCode::Unauthenticated => (Page::Login.path(), "Sign in"),
        // An empty `href` reloads the current page.
        code if code.is_retryable() => ("", "Retry"),
        _ => (Page::Home.path(), "Go to your home page"),
    };
    view! {
        <Notice title text=error.message>
            {is_ours.then(|| view! { <p>"Request " <code translate="no">{error.request_id}</code></p> })}
            <ButtonLink href=way_out.0 variant=ButtonVariant::Primary>{way_out.1}</ButtonLink>
        </Notice>
    }
}

/// Layout of a page with a single message.
#[component]
pub fn Notice(
    /// Text of the only `h1` of the page.
    title: &'static str,
    /// Message below the heading.
    text: String,
    /// Further content, usually links.
    children: Children,
) -> impl IntoView {
    view! {
        <main id=MAIN_ID tabindex="-1" class=css::page>
            <Logo href=Page::Beta.path()/>
            <h1>{title}</h1>
            <p>{text}</p>
            {children()}
        </main>
    }
}
