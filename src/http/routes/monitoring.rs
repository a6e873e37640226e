//! What browsers measure.

use axum::{Json, extract::rejection::JsonRejection};
use http::StatusCode;
use huntaze_domain::{error::ErrorCode, page::Page};
use serde::Deserialize;

use crate::error::ApiError;

/// Longest time that is taken for a measurement, in milliseconds: a page can be opened in the background.
const MAX_MILLIS: f64 = 600_000.0;
/// Highest layout shift that is taken for a measurement.
const MAX_SHIFT: f64 = 100.0;

/// How fast one view of a page was; what the browser cannot measure is missing. `src/assets/vitals.js` sends it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vitals {
    path: String,
    /// Largest contentful paint, in milliseconds.
    lcp: Option<f64>,
    /// Interaction to next paint, in milliseconds.
    inp: Option<f64>,
    /// First contentful paint, in milliseconds.
    fcp: Option<f64>,
    /// Time to the first byte, in milliseconds.
    ttfb: Option<f64>,
    /// Cumulative layout shift.
    cls: Option<f64>,
}

/// `POST /api/monitoring/metrics`: records what a browser measured of one page view.
///
/// # Errors
/// 400 if a value is no measurement.
pub async fn record(vitals: Result<Json<Vitals>, JsonRejection>) -> Result<StatusCode, ApiError> {
    let Ok(Json(vitals)) = vitals else { return Err(ErrorCode::InvalidInput.into()) };
    let times = [("lcp", vitals.lcp), ("inp", vitals.inp), ("fcp", vitals.fcp), ("ttfb", vitals.ttfb)];
    let is_measured = |value: Option<f64>, most: f64| value.is_none_or(|value| (0.0..=most).contains(&value));
    if !times.iter().all(|(_, value)| is_measured(*value, MAX_MILLIS)) || !is_measured(vitals.cls, MAX_SHIFT) {
        return Err(ErrorCode::InvalidInput.into());
    }
    let page = Page::at(&vitals.path).map_or("other", Page::path);
    for (vital, value) in times {
        if let Some(millis) = value {
            metrics::histogram!("web_vital_seconds", "page" => page, "vital" => vital).record(millis / 1000.0);
        }
    }
    if let Some(shift) = vitals.cls {
        metrics::histogram!("web_vital_layout_shift", "page" => page).record(shift);
    }
    Ok(StatusCode::NO_CONTENT)
}
