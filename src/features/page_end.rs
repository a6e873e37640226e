//! The end of every page with islands.

use leptos::prelude::*;

use crate::{assets::Assets, islands::PageBehaviour, ui::toast::ToastRegion};

/// The toasts, the island of the page itself, and the script that hydrates all islands.
#[component]
pub fn PageEnd() -> impl IntoView {
    let loader = use_context::<Assets>().map(|assets| assets.loader);
    view! {
        <ToastRegion/>
        <PageBehaviour/>
        <script>{loader}</script>
    }
}
