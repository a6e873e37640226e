//! Page components, one module per route.

pub mod ai_costs;
pub mod analytics;
pub mod assistant;
pub mod beta;
pub mod connections;
pub mod content;
pub mod earnings;
pub mod error;
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

/// Title and description of a page.
#[component]
pub fn PageMeta(
    /// Document title without the suffix " · Huntaze".
    #[prop(into)]
    title: TextProp,
    /// Content of `<meta name="description">`.
    description: &'static str,
) -> impl IntoView {
    view! {
        <Title text=title/>
        <Meta name="description" content=description/>
    }
}
