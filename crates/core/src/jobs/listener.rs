//! Receives PostgreSQL notifications, so that a job begins at once in whichever process it is due or enqueued.

use std::time::Duration;

use huntaze_domain::{admin::jobs::JobKind, string_enum::StringEnum};
use sqlx::postgres::PgListener;
use tokio::sync::watch;

use super::{JobContext, queue};
use crate::{db, error::chain};

const RECONNECT_DELAY: Duration = Duration::from_secs(1);

pub(super) async fn run(context: JobContext, mut shutdown: watch::Receiver<bool>) {
    loop {
        let error = tokio::select! {
            outcome = listen(&context) => outcome,
            _ = shutdown.wait_for(|stop| *stop) => return,
        };
        if let Err(error) = error {
            tracing::warn!(error = chain(&error), "lost the connection for job notifications");
        }
        tokio::select! {
            () = tokio::time::sleep(RECONNECT_DELAY) => {}
            _ = shutdown.wait_for(|stop| *stop) => return,
        }
    }
}

/// Ends only with an error.
async fn listen(context: &JobContext) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(&context.queue).await?;
    listener.listen_all([db::jobs::DUE_CHANNEL, queue::ENQUEUED_CHANNEL]).await?;
    context.signals.notify_all();
    loop {
        // `None` after a reconnection: what was sent meanwhile is lost.
        let Some(notification) = listener.try_recv().await? else {
            context.signals.notify_all();
            continue;
        };
        let payload = notification.payload();
        if notification.channel() == db::jobs::DUE_CHANNEL {
            if let Some(kind) = JobKind::parse(payload) {
                context.signals.of(kind).due.notify_one();
            }
        } else if let Some(kind) = queue::enqueued_kind(payload) {
            context.signals.of(kind).enqueued.notify_one();
        }
    }
}
