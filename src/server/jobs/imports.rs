//! Imports statements, and reads what partners know of earnings.

use std::time::Duration;

use tokio::sync::watch;

use crate::server::{db::DbError, services::earnings, state::AppState};

/// Between two looks, when nobody rings.
const PAUSE: Duration = Duration::from_secs(10);

pub(super) async fn run(state: AppState, mut shutdown: watch::Receiver<bool>) {
    loop {
        let bell = state.import_bell.notified();
        let has_more = match work(&state).await {
            Ok(has_more) => has_more,
            Err(error) => {
                tracing::error!(%error, "what waits could not be looked up");
                false
            }
        };
        let pause = if has_more { Duration::ZERO } else { PAUSE };
        if !super::rest(pause, bell, &mut shutdown).await {
            return;
        }
    }
}

/// Does one thing that waits; `false` if nothing does.
async fn work(state: &AppState) -> Result<bool, DbError> {
    Ok(earnings::import_due(state).await? || earnings::read_partner_due(state).await?)
}
