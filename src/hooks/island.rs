//! The view that islands share.

use leptos::{html, prelude::*};
use web_sys::Element;

/// Wraps `children`, which the server has drawn, in a `<div>` that does not affect the layout, and passes that element to `setup` in the
/// browser. Not generic over the island, to keep the WebAssembly small. Must not be used within `<p>`, because a `<div>` ends the paragraph.
pub fn island_root(children: AnyView, setup: impl FnOnce(Element) + 'static) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    in_browser(Box::new(move || {
        if let Some(root) = root.get_untracked() {
            setup(root.into());
        }
    }));
    view! { <div node_ref=root data-island="">{children}</div> }
}

/// Runs `work` in the browser, when the island is hydrated.
fn in_browser(work: Box<dyn FnOnce()>) {
    #[cfg(feature = "hydrate")]
    queue_microtask(work);
    #[cfg(not(feature = "hydrate"))]
    drop(work);
}
