//! Refuses requests while the process works on too many, so that those that it has taken are answered in time.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::sync::Semaphore;

use crate::error::ApiError;

/// Requests that are worked on at once, until their responses begin: far more than the database has connections for.
pub const MAX_REQUESTS: usize = 256;

/// Answers 503 with `Retry-After` at once if there are too many. Streams count until they begin.
pub async fn shed(State(limit): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let Ok(_permit) = limit.try_acquire() else {
        metrics::counter!("requests_shed_total").increment(1);
        return ApiError::unavailable().into_response();
    };
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware::from_fn_with_state, routing::get};
    use http::StatusCode;
    use tokio::sync::Notify;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn request_beyond_the_limit_is_refused_at_once() {
        let (begun, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (tell, wait) = (Arc::clone(&begun), Arc::clone(&release));
        let slow = move || async move {
            tell.notify_one();
            wait.notified().await;
        };
        let limit = Arc::new(Semaphore::new(1));
        let router = Router::new().route("/", get(slow)).layer(from_fn_with_state(limit, shed));
        let request = || Request::get("/").body(Body::empty()).expect("a request");
        let first = tokio::spawn(router.clone().oneshot(request()));
        begun.notified().await;
        let second = router.clone().oneshot(request()).await.expect("an answer");
        assert_eq!(second.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(second.headers().contains_key("retry-after"));
        release.notify_one();
        assert_eq!(first.await.expect("no panic").expect("an answer").status(), StatusCode::OK);
        release.notify_one();
        assert_eq!(router.oneshot(request()).await.expect("an answer").status(), StatusCode::OK);
    }
}
