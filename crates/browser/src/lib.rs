//! What the browser runs: attaches the application to the page that the server rendered.

/// Called by the script that Leptos puts into each page.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    huntaze::hydrate();
}
