//! Components of the admin pages.

mod connection_doctor;
mod jobs;

use huntaze_domain::page::Page;
use leptos::prelude::*;

use crate::ui::segmented_links::{SegmentedLink, SegmentedLinks};

pub use connection_doctor::ConnectionDoctor;
pub use jobs::{FailedJobs, Queues};

stylance::import_crate_style!(css, "src/features/admin/admin.module.css");

/// Navigation between the admin pages.
#[component]
pub fn AdminNav(
    /// Path of the current page.
    current: &'static str,
) -> impl IntoView {
    let link = move |href: &'static str, label| view! { <SegmentedLink href current={href == current}>{label}</SegmentedLink> };
    view! {
        <SegmentedLinks label="Administration">
            {link(Page::AdminConnections.path(), "Connections")}
            {link(Page::AdminJobs.path(), "Jobs")}
            {link(Page::AdminAiCosts.path(), "AI costs")}
        </SegmentedLinks>
    }
}
