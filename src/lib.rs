//! Huntaze: a dashboard with audience metrics and earnings for content creators.
//!
//! The crate is built twice: with `ssr` for the server and with `hydrate` for the browser (WebAssembly). `docs/ARCHITECTURE.md` defines
//! which module may depend on which; `tests/architecture.rs` enforces it.
#![recursion_limit = "256"]

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("features `ssr` and `hydrate` are mutually exclusive");

pub mod api;
pub mod app;
pub mod csrf;
pub mod error;
pub mod features;
pub mod flash;
pub mod forms;
pub mod hooks;
pub mod pages;
pub mod ui;

#[cfg(feature = "ssr")]
pub mod cli;
#[cfg(feature = "ssr")]
pub mod http;
#[cfg(feature = "ssr")]
pub mod logging;

/// Attaches the application to the page that the server rendered.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    leptos::mount::hydrate_body(app::App);
    hooks::document::mark_hydrated();
}
