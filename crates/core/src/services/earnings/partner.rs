//! Earnings synced from a partner service, with the user's own API key.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use huntaze_domain::{
    earnings::{PartnerInput, PartnerLinkView, PartnerView},
    integration::FailureKind,
    job::JobKind,
    validation::{self, FieldErrors},
};
use sqlx::PgPool;
use uuid::Uuid;

use super::EarningsError;
use crate::{
    Core,
    db::{self, DbError, partner::PartnerLink},
    error::chain,
    infra::crypto::{Cipher, CryptoError, Place},
    providers::{ProviderError, partner::Partner},
};

/// Number of days that the first sync goes back.
const HISTORY: Days = Days::new(90);
/// Number of days during which a transaction may still change, because it is pending first; these are refetched.
const LATE: Days = Days::new(8);
/// Maximum number of pages per sync; each costs the user a credit.
const MOST_PAGES: usize = 200;
const PAUSE: TimeDelta = TimeDelta::hours(12);
/// Backoff after failures: 15 min, 30 min, 1 h, …, at most the regular interval.
const FIRST_RETRY: TimeDelta = TimeDelta::minutes(15);
/// Lease on a partner connection; longer than the timeout of a sync.
const LEASE: TimeDelta = TimeDelta::minutes(6);
const DEADLINE: Duration = Duration::from_mins(5);

const fn place(row: Uuid) -> Place {
    Place { table: "partner_links", row, column: "api_key" }
}

/// Returns the state of the user's partner connection; `None` if the partner is not configured here.
pub(super) async fn view(core: &Core, user_id: Uuid) -> Result<Option<PartnerView>, DbError> {
    if core.providers.partner().is_none() {
        return Ok(None);
    }
    let link = db::partner::find(&core.db, user_id).await?.map(|link| PartnerLinkView {
        account: link.account,
        last_ok_at: link.last_ok_at,
        problem: link.last_error,
        next_read_at: link.next_read_at,
        covers: link.covers_from.zip(link.covers_until),
    });
    Ok(Some(PartnerView { is_sandbox: core.config.partner.is_sandbox(), link }))
}

/// Connects an account at the partner, after checking the key with one request. An existing connection is replaced and its earnings are
/// deleted.
///
/// # Errors
/// Returns [`EarningsError::Invalid`] if the input, key or account is rejected, or [`EarningsError::NotNow`] if the partner is not
/// configured or not available.
pub async fn connect_partner(core: &Core, user_id: Uuid, input: &PartnerInput) -> Result<(), EarningsError> {
    validation::check(input).map_err(EarningsError::Invalid)?;
    let partner = core.providers.partner().ok_or(EarningsError::NotNow("This is not offered here."))?;
    let now = core.clock.now();
    if let Err(error) = partner.transactions(&input.api_key, &input.account, now.date_naive(), None).await {
        return Err(refusal(&error));
    }
    let id = Uuid::now_v7();
    let api_key = core.cipher.seal(&input.api_key, place(id))?;
    let mut tx = db::begin(&core.db).await?;
    db::earnings::lock(&mut *tx, user_id).await?;
    db::partner::delete(&mut *tx, user_id).await?;
    db::partner::delete_earnings(&mut *tx, user_id).await?;
    db::partner::insert(&mut *tx, id, user_id, &input.account, &api_key, now).await?;
    db::jobs::notify_due(&mut *tx, JobKind::Partner).await?;
    tx.commit().await?;
    Ok(())
}

fn refusal(error: &ProviderError) -> EarningsError {
    let field = |name: &str, sentence: &str| EarningsError::Invalid(FieldErrors::from([(name.to_owned(), sentence.to_owned())]));
    match error {
        ProviderError::Revoked(_) | ProviderError::ScopeLost(_) => field("apiKey", "The partner does not take this key."),
        ProviderError::NoAccount => field("account", "The partner does not know this account."),
        ProviderError::RateLimited { .. } => EarningsError::NotNow("The partner asks us to slow down. Try again in a few minutes."),
        ProviderError::Transient(_) | ProviderError::Misconfigured(_) => {
            tracing::warn!(error = chain(&error), "partner request failed");
            EarningsError::NotNow("The partner does not answer. Try again in a moment.")
        }
    }
}

/// Disconnects the account; deletes the key and the earnings from it.
///
/// # Errors
/// Returns [`EarningsError::Unknown`] if no account is connected.
pub async fn disconnect_partner(core: &Core, user_id: Uuid) -> Result<(), EarningsError> {
    let mut tx = db::begin(&core.db).await?;
    let was_there = db::partner::delete(&mut *tx, user_id).await?;
    db::partner::delete_earnings(&mut *tx, user_id).await?;
    tx.commit().await?;
    if was_there { Ok(()) } else { Err(EarningsError::Unknown) }
}

/// Syncs an account if it is due and its lease is free.
///
/// # Errors
/// Returns an error if a database query fails. A failed sync is not an error; it is recorded in the row.
pub async fn read_partner(core: &Core, id: Uuid) -> Result<(), DbError> {
    let Some(partner) = core.providers.partner() else { return Ok(()) };
    let now = core.clock.now();
    let Some(link) = db::partner::claim_due(&core.db, id, now, now + LEASE).await? else { return Ok(()) };
    let outcome = tokio::time::timeout(DEADLINE, read(core, partner, &link)).await;
    match outcome.unwrap_or_else(|_| Err(Failure::Partner(ProviderError::Transient(format!("sync timed out after {DEADLINE:?}"))))) {
        Ok(days) => db::partner::set_ok(&core.db, link.id, days, core.clock.now(), core.clock.now() + PAUSE).await?,
        Err(Failure::Db(error)) => return Err(error),
        Err(failure) => {
            tracing::warn!(link = %link.id, error = %failure, "partner sync failed");
            let (kind, retry_at) = failure.judge(&link, core.clock.now());
            db::partner::set_failure(&core.db, link.id, kind, retry_at).await?;
        }
    }
    Ok(())
}

/// Defers the next sync of an account by the regular interval, because its job has failed permanently with an internal error.
pub async fn postpone_partner(core: &Core, id: Uuid) -> Result<(), DbError> {
    db::partner::postpone(&core.db, id, core.clock.now() + PAUSE).await
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Partner(#[from] ProviderError),
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Failure {
    /// Returns the kind of the failure and the time of the next attempt; `None` if the user must act first.
    fn judge(&self, link: &PartnerLink, now: DateTime<Utc>) -> (FailureKind, Option<DateTime<Utc>>) {
        let later = now + (FIRST_RETRY * (1 << link.failures.clamp(0, 10))).min(PAUSE);
        match self {
            Self::Crypto(_) => (FailureKind::Unreadable, None),
            Self::Partner(ProviderError::RateLimited { retry_after: Some(pause) }) => {
                (FailureKind::RateLimited, Some((now + *pause).max(later)))
            }
            Self::Partner(error @ (ProviderError::Revoked(_) | ProviderError::NoAccount | ProviderError::ScopeLost(_))) => {
                (error.kind(), None)
            }
            Self::Partner(error) => (error.kind(), Some(later)),
            Self::Db(_) => (FailureKind::Transient, Some(later)),
        }
    }
}

/// Fetches new transactions and those that may have changed. Returns the first and last day that are complete now, inclusive.
async fn read(core: &Core, partner: &Partner, link: &PartnerLink) -> Result<(NaiveDate, NaiveDate), Failure> {
    let key = core.cipher.open(&link.api_key, place(link.id))?;
    let today = core.clock.now().date_naive();
    let since = link.covers_until.map_or(today - HISTORY, |until| until - LATE);
    let (mut marker, mut first) = (None, since);
    for page in 1..=MOST_PAGES {
        let found = partner.transactions(&key, &link.account, since, marker).await?;
        db::partner::save(&core.db, link, &found.entries).await?;
        // A cursor that does not advance would cause an endless loop.
        marker = found.next.filter(|next| marker.is_none_or(|before| *next < before));
        if marker.is_none() {
            break;
        }
        if page == MOST_PAGES {
            // Older transactions are not fetched, so their days stay unknown.
            first = found.oldest.map_or(today, |oldest| oldest.date_naive() + Days::new(1));
        }
    }
    Ok((first, today - Days::new(1)))
}

/// Re-encrypts all API keys with the newest key. Returns the numbers of re-encrypted, already current and unreadable keys.
///
/// # Errors
/// Returns an error if a database query or the random number generator fails.
pub async fn rotate_partner_keys(db: &PgPool, cipher: &Cipher) -> Result<[u64; 3], EarningsError> {
    let [mut rotated, mut current, mut unreadable] = [0; 3];
    for (id, sealed) in db::partner::keys(db).await? {
        if cipher.is_current(&sealed) {
            current += 1;
            continue;
        }
        match cipher.open(&sealed, place(id)) {
            Ok(key) => {
                // If the row was deleted or replaced in the meantime, nothing is updated.
                db::partner::replace_key(db, id, &sealed, &cipher.seal(&key, place(id))?).await?;
                rotated += 1;
            }
            Err(error) => {
                tracing::warn!(error = chain(&error), link = %id, "failed to decrypt partner API key");
                unreadable += 1;
            }
        }
    }
    Ok([rotated, current, unreadable])
}
