//! Surface that groups related content.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/card/card.module.css");

/// Surface of the card.
#[component]
pub fn Card(
    /// Usually a [`CardHeader`] and a [`CardBody`].
    children: Children,
) -> impl IntoView {
    view! { <div class=css::root data-slot="card">{children()}</div> }
}

/// Title of a card with an optional description.
#[component]
pub fn CardHeader(
    /// A heading, optionally followed by a paragraph.
    children: Children,
) -> impl IntoView {
    view! { <div class=css::header data-slot="card-header">{children()}</div> }
}

/// Content of a card, stacked vertically.
#[component]
pub fn CardBody(
    /// Any content.
    children: Children,
) -> impl IntoView {
    view! { <div class=css::body data-slot="card-body">{children()}</div> }
}
