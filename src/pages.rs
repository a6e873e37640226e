//! One file for each route.

pub mod ai_costs;
pub mod analytics;
pub mod assistant;
pub mod beta;
pub mod connections;
pub mod content;
pub mod earnings;
pub mod error;
pub mod forgot_password;
#[cfg(feature = "gallery")]
pub mod gallery;
pub mod home;
pub mod integrations;
pub mod jobs;
#[cfg(feature = "ssr")]
pub mod leave;
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

/// Whether a page was shown before this one, without loading the document again.
#[derive(Clone, Copy, Default)]
pub struct PagesSeen(StoredValue<bool>);

/// Title and description of a page. A page that was gone to takes the focus once it is there, so that a screen reader begins to read it.
#[component]
pub fn PageMeta(
    /// Before " · Huntaze".
    title: &'static str,
    /// For search engines and previews.
    description: &'static str,
) -> impl IntoView {
    let PagesSeen(seen) = expect_context();
    Effect::new(move || {
        if seen.get_value() {
            // Once the page is drawn.
            request_animation_frame(|| focus_id(MAIN_ID));
        }
        seen.set_value(true);
    });
    view! {
        <Title text=title/>
        <Meta name="description" content=description/>
    }
}
