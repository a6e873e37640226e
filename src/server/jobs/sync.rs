//! Reads the accounts that are due.

use std::time::Duration;

use tokio::sync::watch;

use crate::server::{services::integrations, state::AppState};

/// So many accounts are read at once.
pub(super) const WORKERS: usize = 4;
/// Between two looks, when nobody rings.
const PAUSE: Duration = Duration::from_secs(30);
/// After a reading: long enough for a creator who waits for the account to get hold of it.
const BREATH: Duration = Duration::from_millis(300);

pub(super) async fn run(state: AppState, mut shutdown: watch::Receiver<bool>) {
    loop {
        let bell = state.sync_bell.notified();
        let has_more = match integrations::sync_due(&state).await {
            Ok(has_more) => has_more,
            Err(error) => {
                tracing::error!(%error, "an account that is due could not be looked up");
                false
            }
        };
        let pause = if has_more { BREATH } else { PAUSE };
        if !super::rest(pause, bell, &mut shutdown).await {
            return;
        }
    }
}
