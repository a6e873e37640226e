//! A surface that holds what belongs together.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/card/card.module.css");

/// The surface.
#[component]
pub fn Card(
    /// Usually a [`CardHeader`] and a [`CardBody`].
    children: Children,
) -> impl IntoView {
    view! { <div class=css::root data-slot="card">{children()}</div> }
}

/// Title and what explains it.
#[component]
pub fn CardHeader(
    /// A heading, perhaps a paragraph.
    children: Children,
) -> impl IntoView {
    view! { <div class=css::header data-slot="card-header">{children()}</div> }
}

/// The content, its parts one below the other.
#[component]
pub fn CardBody(
    /// Anything.
    children: Children,
) -> impl IntoView {
    view! { <div class=css::body data-slot="card-body">{children()}</div> }
}
