//! The id of a request, as in the log and in every error.

use http::request::Parts;
use leptos::prelude::use_context;

tokio::task_local! {
    static REQUEST_ID: String;
}

/// Left in the request by the middleware that assigns it.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Runs `work` as part of the request with this id.
pub async fn scope<F: Future>(id: String, work: F) -> F::Output {
    REQUEST_ID.scope(id, work).await
}

/// The id of the current request, also in resources of pages, which Leptos loads in tasks of their own; empty outside one.
pub fn current() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_else(|_| {
        let id = use_context::<Parts>().and_then(|parts| parts.extensions.get::<RequestId>().cloned());
        id.map(|id| id.0).unwrap_or_default()
    })
}
