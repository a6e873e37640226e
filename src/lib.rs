//! Huntaze: one dashboard for a content creator's reach and money.
//!
//! The same crate is built twice: with `ssr` for the server, with `hydrate` for the browser. `docs/ARCHITECTURE.md` says
//! which module may use which; `tests/architecture.rs` enforces it.
#![recursion_limit = "256"]

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("`ssr` and `hydrate` are two builds: never enable both");

pub mod api;
pub mod app;
pub mod error;
pub mod features;
pub mod hooks;
pub mod pages;
pub mod ui;

#[cfg(feature = "ssr")]
pub mod cli;
#[cfg(feature = "ssr")]
pub mod http;

/// Attaches the application to the page that the server rendered.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    leptos::mount::hydrate_body(app::App);
    hooks::document::mark_hydrated();
}
