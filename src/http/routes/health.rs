//! For whoever keeps the process running.

use axum::{extract::State, response::IntoResponse};
use http::StatusCode;
use huntaze_core::{Core, db};

/// `GET /healthz`: the process is alive.
pub async fn alive() -> impl IntoResponse {
    "ok"
}

/// `GET /readyz`: the database answers and has this binary's schema; 503 otherwise.
pub async fn ready(State(core): State<Core>) -> impl IntoResponse {
    match db::is_ready(&core.db).await {
        Ok(true) => (StatusCode::OK, "ready"),
        Ok(false) => (StatusCode::SERVICE_UNAVAILABLE, "the database has another schema"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")
        }
    }
}
