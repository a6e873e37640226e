//! Components of the home page.

mod checklist;
mod figures;
mod onboarding_card;
mod platform_status;
mod quick_actions;

pub use checklist::Checklist;
use leptos::prelude::*;

pub use figures::{Figures, RangePicker};
pub use onboarding_card::OnboardingCard;
pub use platform_status::PlatformStatus;
pub use quick_actions::QuickActions;

/// Layout with two columns; one column on narrow screens.
#[component]
pub fn HomeColumns(
    /// Two elements; the first one is in the wider column.
    children: Children,
) -> impl IntoView {
    view! { <div class=css::columns>{children()}</div> }
}

stylance::import_crate_style!(css, "src/features/analytics/home/home.module.css");
