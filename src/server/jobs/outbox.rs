//! Sends what is in the outbox.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use tokio::sync::watch;

use crate::server::{
    db::{self, DbError, outbox::OutboxMail},
    infra::mailer::{Mailer, MailerError},
    state::AppState,
};

/// Between two looks, when nobody rings.
const PAUSE: Duration = Duration::from_secs(5);
/// A mail in hand is hidden from other workers for longer than one hand-over can take.
const HIDDEN: TimeDelta = TimeDelta::minutes(2);
/// 30 s, 1 min, 2 min, … about an hour in all; then it is given up.
const FIRST_DELAY: TimeDelta = TimeDelta::seconds(30);
const MOST_ATTEMPTS: i32 = 8;

pub(super) async fn run(state: AppState, mailer: Arc<dyn Mailer>, mut shutdown: watch::Receiver<bool>) {
    loop {
        let bell = state.outbox_bell.notified();
        if let Err(error) = deliver_due(&state, mailer.as_ref()).await {
            tracing::error!(%error, "the outbox could not be read");
        }
        if !super::rest(PAUSE, bell, &mut shutdown).await {
            return;
        }
    }
}

/// Sends every mail that is due. Returns how many left.
///
/// # Errors
/// The database does not answer; a mail that cannot be sent is none.
pub async fn deliver_due(state: &AppState, mailer: &dyn Mailer) -> Result<usize, DbError> {
    let mut sent = 0;
    while let Some(mail) = db::outbox::claim(&state.db, state.clock.now(), state.clock.now() + HIDDEN).await? {
        match mailer.send(&mail).await {
            Ok(()) => {
                db::outbox::delete(&state.db, mail.id).await?;
                sent += 1;
            }
            Err(error) => note_failure(state, &mail, &error).await?,
        }
    }
    Ok(sent)
}

async fn note_failure(state: &AppState, mail: &OutboxMail, error: &MailerError) -> Result<(), DbError> {
    let now = state.clock.now();
    let is_final = matches!(error, MailerError::Invalid(_)) || mail.attempts >= MOST_ATTEMPTS;
    let retry_at = (!is_final).then(|| now + FIRST_DELAY * (1 << (mail.attempts - 1).clamp(0, 16)));
    tracing::warn!(mail = %mail.id, attempts = mail.attempts, is_final, %error, "a mail did not leave");
    db::outbox::set_failure(&state.db, mail.id, &error.to_string(), retry_at, now).await
}
