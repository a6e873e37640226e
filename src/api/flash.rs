//! The outcome of a form that was posted without JavaScript, carried over the redirect to its page by a short-lived cookie.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::ApiError;

/// What to show when the form's page is drawn again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Flash {
    /// The path the form was posted to.
    pub form: String,
    /// What went wrong; `None` when it went well.
    pub error: Option<ApiError>,
    /// What was typed, except secrets. A name may come several times.
    pub values: Vec<(String, String)>,
}

/// The outcome for the form that posts to `path`, if this page is drawn because of it. The same on the server and, while the page is
/// being hydrated, in the browser.
pub fn take_flash(path: &str) -> Option<Flash> {
    let flash = SharedValue::new(|| {
        #[cfg(feature = "ssr")]
        return crate::http::context::flash();
        #[cfg(not(feature = "ssr"))]
        None::<Flash>
    });
    flash.into_inner().filter(|flash| flash.form == path)
}
