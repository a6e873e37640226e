use leptos::{prelude::*, task::spawn_local};
use web_sys::Event;

use crate::hooks::{
    events::{AI_USED, listen},
    island::island_root,
    parts,
};

/// Number of AI requests used this month, the quota, and the day on which it renews. Drawn again when a request was used on this page.
#[island]
pub fn AIQuotaIndicator(
    /// The figures.
    children: Children,
) -> impl IntoView {
    island_root(children(), |_| {
        listen(&window(), AI_USED, |_: Event| spawn_local(async { drop(parts::refresh("quota").await) }));
    })
}
