//! Imports statements.

use std::time::Duration;

use tokio::sync::watch;

use crate::server::{services::earnings, state::AppState};

/// Between two looks, when nobody rings.
const PAUSE: Duration = Duration::from_secs(10);

pub(super) async fn run(state: AppState, mut shutdown: watch::Receiver<bool>) {
    loop {
        let bell = state.import_bell.notified();
        let has_more = match earnings::import_due(&state).await {
            Ok(has_more) => has_more,
            Err(error) => {
                tracing::error!(%error, "a statement that waits could not be looked up");
                false
            }
        };
        let pause = if has_more { Duration::ZERO } else { PAUSE };
        if !super::rest(pause, bell, &mut shutdown).await {
            return;
        }
    }
}
