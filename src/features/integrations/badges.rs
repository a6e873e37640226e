use huntaze_domain::integration::{IntegrationStatus, IntegrationView};
use leptos::prelude::*;

use super::css;
use crate::{
    hooks::time::{Ago, LocalTime},
    ui::badge::{Badge, BadgeTone},
};

/// Says that the figures are made up.
#[component]
pub fn SandboxBadge() -> impl IntoView {
    view! { <Badge tone=BadgeTone::Brand>"Sandbox"</Badge> }
}

/// How an account is, in a word.
#[component]
pub fn StatusBadge(
    /// The account.
    account: IntegrationView,
) -> impl IntoView {
    let tone = match account.status {
        IntegrationStatus::Healthy => BadgeTone::Success,
        IntegrationStatus::Expiring | IntegrationStatus::Expired => BadgeTone::Warning,
        IntegrationStatus::Error => BadgeTone::Danger,
        IntegrationStatus::Unknown => BadgeTone::Neutral,
    };
    view! { <Badge tone>{account.status.label()}</Badge> }
}

/// When an account was read, and when it will be.
#[component]
pub fn SyncTimes(
    /// The account.
    account: IntegrationView,
) -> impl IntoView {
    let last = match account.last_sync_at {
        Some(time) => view! { "Updated " <Ago time/> }.into_any(),
        None => "Not read yet".into_any(),
    };
    view! {
        <p class=css::facts>
            {last}
            {account.next_sync_at.map(|time| view! { ", next " <LocalTime time/> })}
        </p>
    }
}
