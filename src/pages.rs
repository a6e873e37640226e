//! Page components, one module per route.

pub mod ai_costs;
pub mod analytics;
pub mod assistant;
pub mod beta;
pub mod connections;
pub mod content;
pub mod earnings;
pub mod error;
#[cfg(feature = "ssr")]
pub mod external_link;
pub mod forgot_password;
#[cfg(feature = "gallery")]
pub mod gallery;
pub mod home;
pub mod integrations;
pub mod jobs;
pub mod login;
pub mod not_found;
pub mod onboarding;
pub mod register;
pub mod reset_password;
pub mod sales;
pub mod settings;
pub mod statement;
pub mod verify_email;

use leptos::prelude::*;
use leptos_meta::{Meta, Title};

use crate::{hooks::document::focus_id, ui::a11y::MAIN_ID};

/// Whether a page has already been shown since the document was loaded; if so, the next one is reached by client-side navigation.
#[derive(Clone, Copy, Default)]
pub struct HasNavigated(StoredValue<bool>);

/// Title and description of a page. After client-side navigation it also focuses the main element, so that screen readers read the page.
#[component]
pub fn PageMeta(
    /// Document title without the suffix " · Huntaze".
    title: &'static str,
    /// Content of `<meta name="description">`.
    description: &'static str,
) -> impl IntoView {
    let HasNavigated(seen) = expect_context();
    Effect::new(move || {
        if seen.get_value() {
            // Wait until the page is in the DOM.
            request_animation_frame(|| focus_id(MAIN_ID));
        }
        seen.set_value(true);
    });
    view! {
        <Title text=title/>
        <Meta name="description" content=description/>
    }
}
