//! The id of a request, as in the log and in every error.

tokio::task_local! {
    static REQUEST_ID: String;
}

/// Runs `work` as part of the request with this id.
pub async fn scope<F: Future>(id: String, work: F) -> F::Output {
    REQUEST_ID.scope(id, work).await
}

/// The id of the current request; empty outside one, and in tasks that outlive it.
pub fn current() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_default()
}
