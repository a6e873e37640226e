use std::{cell::Cell, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use web_sys::Element;

use crate::{
    hooks::{document::find, island::island_root, parts},
    ui::toast::{self, ToastTone},
};

/// First poll interval; each further one is 25 % longer, up to [`MAX_INTERVAL`].
const FIRST_INTERVAL: Duration = Duration::from_millis(500);
const MAX_INTERVAL: Duration = Duration::from_secs(3);

thread_local! {
    /// Next poll interval of the page. Each refresh replaces the island, so it cannot keep it.
    static INTERVAL: Cell<Duration> = const { Cell::new(FIRST_INTERVAL) };
}

/// Follows an import: has the server draw the statement again until it is no longer in progress, and says how it ended. Each refresh
/// replaces this island, too; the new one continues.
#[island]
pub fn ImportWatch() -> impl IntoView {
    island_root(().into_any(), watch)
}

fn watch(root: Element) {
    let interval = INTERVAL.get();
    INTERVAL.set(MAX_INTERVAL.min(interval * 5 / 4));
    let look = async move {
        if !root.is_connected() {
            return;
        }
        if parts::refresh("statement").await.is_err() || root.is_connected() {
            // The server cannot be reached, or nothing has changed: there is no new island to go on.
            watch(root);
            return;
        }
        match find("[data-import-state]").and_then(|state| state.get_attribute("data-import-state")).as_deref() {
            Some("imported") => toast::show(ToastTone::Success, "The statement is imported."),
            Some("failed") => toast::show(ToastTone::Danger, "The statement could not be imported."),
            _ => {}
        }
    };
    set_timeout(move || spawn_local(look), interval);
}
