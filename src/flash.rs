//! The outcome of a form that was posted without JavaScript, carried over the redirect to its page in a signed cookie.

use serde::{Deserialize, Serialize};

use crate::error::ApiError;

/// Hidden field of forms with the page to lead back to, see [`form_page`](huntaze_domain::page::form_page).
pub const PAGE_FIELD: &str = "_page";

/// The result for the page that is rendered now.
#[derive(Debug, Clone)]
pub struct ViewedFlash(pub Flash);

/// Result to show when the form's page is rendered after the redirect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Flash {
    /// Path the form was posted to.
    pub form: String,
    /// Error of the submission; None if it succeeded.
    pub error: Option<ApiError>,
    /// Submitted values except secrets. A name may occur several times.
    pub values: Vec<(String, String)>,
}
