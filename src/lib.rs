//! Huntaze: a dashboard with audience metrics and earnings for content creators.
//!
//! The crate is built twice: with `ssr` for the server, which draws every page, and with `hydrate` for the browser (WebAssembly), which
//! hydrates the islands on it. `docs/ARCHITECTURE.md` defines which module may depend on which; `tests/architecture.rs` enforces it.
#![recursion_limit = "256"]

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("features `ssr` and `hydrate` are mutually exclusive");

// Server and browser.
pub mod api;
pub mod csrf;
pub mod error;
pub mod hooks;
pub mod islands;
pub mod nonce;
pub mod ui;
pub mod zone;

// Server.
#[cfg(feature = "ssr")]
pub mod app;
#[cfg(feature = "ssr")]
pub mod assets;
#[cfg(feature = "ssr")]
pub mod cli;
#[cfg(feature = "ssr")]
pub mod features;
#[cfg(feature = "ssr")]
pub mod flash;
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
pub mod http;
#[cfg(feature = "ssr")]
pub mod logging;
#[cfg(feature = "ssr")]
pub mod metrics;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod render;

/// Prepares the browser for islands, which `src/assets/loader.js` then hydrates one by one.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
