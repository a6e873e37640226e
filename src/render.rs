//! Draws views on the server.

use std::sync::Arc;

use hydration_context::SsrSharedContext;
use leptos::prelude::*;

/// Returns a reactive owner for one rendering. Only islands are hydrated, so no state is collected for the rest.
pub fn root() -> Owner {
    Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())))
}

/// Draws a view that awaits nothing.
pub fn to_html<V: IntoView>(view: impl FnOnce() -> V) -> String {
    let owner = root();
    let html = owner.with(|| view().into_view().to_html());
    owner.unset_with_forced_cleanup();
    without_markers(&html)
}

/// Removes the comments by which Leptos finds its nodes again when it hydrates a view. Islands have none.
pub fn without_markers(html: &str) -> String {
    html.replace("<!>", "")
}
