use leptos::prelude::*;

use crate::hooks::{document::replace_url, island::island_root};

/// Removes the outcome of what led to this page from its URL, so that a reload does not show it again.
#[island]
pub fn ForgetOutcome(
    /// URL of the page without the outcome.
    url: String,
) -> impl IntoView {
    island_root(().into_any(), move |_| replace_url(&url))
}
