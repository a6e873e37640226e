//! Result of a form that was posted without JavaScript, passed to its page in a short-lived cookie across the redirect.

use leptos::prelude::*;

use crate::flash::Flash;

/// Returns the result for the form that posts to `path`, if this page is rendered after its submission. The server serializes the value, so
/// that it is the same during hydration.
pub fn take_flash(path: &str) -> Option<Flash> {
    let flash = SharedValue::new(|| {
        #[cfg(feature = "ssr")]
        return crate::http::context::flash();
        #[cfg(not(feature = "ssr"))]
        None::<Flash>
    });
    flash.into_inner().filter(|flash| flash.form == path)
}
