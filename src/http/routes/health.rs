//! Liveness and readiness probes.

use axum::{extract::State, response::IntoResponse};
use http::StatusCode;
use huntaze_core::{Core, db, error::chain};

/// `GET /healthz`: always answers 200 while the process serves requests.
pub async fn liveness() -> impl IntoResponse {
    "ok"
}

/// `GET /readyz`: answers 200 if the database is reachable and its schema matches this binary, 503 otherwise and while the process stops.
pub async fn readiness(State(core): State<Core>) -> impl IntoResponse {
    if core.drain.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    match db::is_ready(&core.db).await {
        Ok(true) => (StatusCode::OK, "ready"),
        Ok(false) => (StatusCode::SERVICE_UNAVAILABLE, "the database has another schema"),
        Err(error) => {
            tracing::warn!(error = chain(&error), "readiness check failed");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")
        }
    }
}
