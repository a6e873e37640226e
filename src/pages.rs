//! One file for each route.

pub mod beta;
pub mod error;
pub mod forgot_password;
#[cfg(feature = "gallery")]
pub mod gallery;
pub mod home;
pub mod integrations;
#[cfg(feature = "ssr")]
pub mod leave;
pub mod login;
pub mod not_found;
pub mod onboarding;
pub mod register;
pub mod reset_password;
pub mod settings;
pub mod verify_email;

use leptos::prelude::*;
use leptos_meta::{Meta, Title};

/// Title and description of a page.
#[component]
pub fn PageMeta(
    /// Before " · Huntaze".
    title: &'static str,
    /// For search engines and previews.
    description: &'static str,
) -> impl IntoView {
    view! {
        <Title text=title/>
        <Meta name="description" content=description/>
    }
}
