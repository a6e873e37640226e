use std::time::Duration;

use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
use serde::Deserialize;
use web_sys::Element;

use crate::{
    api::analytics::GetHomeStats,
    hooks::{fetch, island::island_root, parts},
};

/// First poll interval during a backfill: the first 3 polls wait 2 s, the next 4 wait 4 s, all others 8 s.
const INITIAL_POLL_INTERVAL: Duration = Duration::from_secs(2);
/// Maximum number of polls, about two minutes in total; after that the user has to reload the page.
const MAX_POLLS: u32 = 20;

/// What decides whether the figures are asked for again.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Progress {
    is_backfilling: bool,
}

/// The figures of all accounts. While their history is being fetched, asks for them, and has the server draw them again when they have
/// changed.
#[island]
pub fn StatsGrid(
    /// Period of the figures, as in the URL.
    range: String,
    /// Whether the history of an account is still being fetched.
    is_backfilling: bool,
    /// The figures.
    children: Children,
) -> impl IntoView {
    island_root(children(), move |root| {
        if is_backfilling {
            poll(root, format!("{}?range={range}", GetHomeStats::PATH), String::new(), 0);
        }
    })
}

fn poll(root: Element, url: String, seen: String, polls: u32) {
    let interval = INITIAL_POLL_INTERVAL * (1 << ((polls + 1) / 4).min(2));
    let ask = async move {
        // A failed poll changes nothing.
        let body = fetch::get(&url).await.map_or_else(|_| seen.clone(), |answer| answer.body);
        if !root.is_connected() {
            return;
        }
        let has_ended = serde_json::from_str::<Progress>(&body).is_ok_and(|progress| !progress.is_backfilling);
        if has_ended {
            let _ = parts::refresh("figures checklist accounts").await;
        } else if body != seen && !seen.is_empty() {
            // This replaces the island, too; the new one continues.
            let _ = parts::refresh("figures").await;
        }
        if root.is_connected() && polls + 1 < MAX_POLLS {
            poll(root, url, body, polls + 1);
        }
    };
    set_timeout(move || spawn_local(ask), interval);
}
