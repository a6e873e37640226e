//! What one tab of the browser remembers from page to page.

use leptos::prelude::*;
use web_sys::Storage;

fn tab() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// Returns the value stored under `key`; `None` if there is none or the browser stores nothing.
pub fn get(key: &str) -> Option<String> {
    tab()?.get_item(key).ok()?
}

/// Stores a value.
pub fn set(key: &str, value: &str) {
    if let Some(tab) = tab() {
        let _ = tab.set_item(key, value);
    }
}

/// Returns and removes the value stored under `key`.
pub fn take(key: &str) -> Option<String> {
    let value = get(key)?;
    remove(key);
    Some(value)
}

/// Removes the value stored under `key`.
pub fn remove(key: &str) {
    if let Some(tab) = tab() {
        let _ = tab.remove_item(key);
    }
}
