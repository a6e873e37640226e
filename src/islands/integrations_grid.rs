use std::cell::Cell;

use leptos::{prelude::*, task::spawn_local};

use super::forms;
use crate::hooks::{document::on_page_visible, island::island_root, parts};

/// Time between two refreshes, in milliseconds.
const PAUSE_MS: f64 = 30_000.0;

/// The connected accounts and the platforms. Drawn again when the user comes back to the page, because syncs go on in the background.
#[island]
pub fn IntegrationsGrid(
    /// The cards.
    children: Children,
) -> impl IntoView {
    island_root(children(), |_| {
        let last = Cell::new(js_sys::Date::now());
        on_page_visible(move || {
            let now = js_sys::Date::now();
            if now - last.get() >= PAUSE_MS && forms::pending().is_empty() {
                last.set(now);
                spawn_local(async { drop(parts::refresh("integrations").await) });
            }
        });
    })
}
