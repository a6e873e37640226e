//! `/metrics` in the format of Prometheus, on a listener of its own. `docs/METRICS.md` lists the metrics.

use std::{error::Error, net::SocketAddr, time::Duration};

use axum::{Router, routing::get};
use http::header;
use huntaze_core::{Core, error::chain, services};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

/// Upper bounds of the buckets of all histograms, in seconds.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Upper bounds of the buckets of layout shift; up to 0.1 is good, above 0.25 poor.
const LAYOUT_SHIFT_BUCKETS: [f64; 5] = [0.01, 0.05, 0.1, 0.25, 1.0];
/// Without regular upkeep, histograms that nobody reads grow without bound.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// Begins to record metrics, and to serve them until `shutdown` is ready.
///
/// # Errors
/// Metrics are recorded already, or the address cannot be listened on.
pub async fn spawn(core: &Core, address: SocketAddr, shutdown: impl Future<Output = ()> + Send + 'static) -> Result<(), Box<dyn Error>> {
    let recorder = PrometheusBuilder::new()
        .set_buckets(&BUCKETS)?
        .set_buckets_for_metric(Matcher::Full("web_vital_layout_shift".to_owned()), &LAYOUT_SHIFT_BUCKETS)?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder)?;
    let listener = TcpListener::bind(address).await.map_err(|error| format!("METRICS_ADDR: cannot listen on {address}: {error}"))?;
    tracing::info!(%address, "serving metrics");
    let core = core.clone();
    tokio::spawn(async move {
        tokio::select! {
            outcome = axum::serve(listener, router(handle.clone())) => {
                if let Err(error) = outcome {
                    tracing::error!(error = chain(&error), "failed to serve metrics");
                }
            }
            () = keep_up(&handle) => {}
            () = services::metrics::sample(&core) => {}
            () = shutdown => {}
        }
    });
    Ok(())
}

fn router(handle: PrometheusHandle) -> Router {
    let page = move || async move { ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()) };
    Router::new().route("/metrics", get(page))
}

async fn keep_up(handle: &PrometheusHandle) {
    let mut ticks = tokio::time::interval(UPKEEP_INTERVAL);
    loop {
        ticks.tick().await;
        handle.run_upkeep();
    }
}
