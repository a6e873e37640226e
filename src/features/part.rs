//! Parts of a page that are drawn again while it is open.

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/features/part.module.css");

/// Part that `hooks::parts` exchanges when what it shows has changed.
#[component]
pub fn Part(
    /// Name, once per page.
    name: &'static str,
    /// Content.
    children: Children,
) -> impl IntoView {
    view! { <div data-part=name class=css::part>{children()}</div> }
}
