//! Pagination of a list.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use leptos::prelude::*;

use crate::ui::segmented_links::{SegmentedLink, SegmentedLinks};

stylance::import_crate_style!(css, "src/ui/pagination/pagination.module.css");

/// Links to the previous and the next page; renders nothing if there is only one page.
#[component]
pub fn Pagination(
    /// Accessible name, such as "Pages of posts".
    label: &'static str,
    /// Number of the current page, counted from 1.
    page: u32,
    /// Number of pages.
    pages: u32,
    /// Returns the URL of a page.
    href: impl Fn(u32) -> String,
) -> impl IntoView {
    let earlier = (page > 1).then(|| view! { <SegmentedLink href=href(page - 1) attr:rel="prev">"Previous page"</SegmentedLink> });
    let later = (page < pages).then(|| view! { <SegmentedLink href=href(page + 1) attr:rel="next">"Next page"</SegmentedLink> });
    (pages > 1).then(|| {
        view! {
            <SegmentedLinks label>
                {earlier}
                <span class=css::current_page>{format!("Page {page} of {pages}")}</span>
                {later}
            </SegmentedLinks>
        }
    })
}
