//! Earnings that a partner service reads, with a key of the creator's own.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use huntaze_domain::{
    earnings::{PartnerInput, PartnerLinkView, PartnerView},
    integration::FailureKind,
    validation::{self, FieldErrors},
};
use sqlx::PgPool;
use uuid::Uuid;

use super::EarningsError;
use crate::{
    Core,
    db::{self, DbError, partner::PartnerLink},
    infra::crypto::{Cipher, CryptoError, Place},
    providers::{ProviderError, partner::Partner},
};

/// So far back is the first reading.
const HISTORY: Days = Days::new(90);
/// So long a transaction may change: it is pending first.
const LATE: Days = Days::new(8);
/// Pages of one reading, at most; each costs the creator a credit.
const MOST_PAGES: usize = 200;
const PAUSE: TimeDelta = TimeDelta::hours(12);
/// After a failure: 15 min, 30 min, 1 h, … up to the usual pause.
const FIRST_RETRY: TimeDelta = TimeDelta::minutes(15);
/// Who reads an account holds it for longer than one reading may take.
const LEASE: TimeDelta = TimeDelta::minutes(6);
const DEADLINE: Duration = Duration::from_mins(5);

const fn place(row: Uuid) -> Place {
    Place { table: "partner_links", row, column: "api_key" }
}

/// How the partner's readings are; `None` where it is not offered.
///
/// # Errors
/// The database does not answer.
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

/// Has an account read from now on, if the partner takes the key. One that was read before is let go, with what it brought.
///
/// # Errors
/// Invalid, not offered, or the partner does not answer.
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
    tx.commit().await?;
    core.due_bell.notify_one();
    Ok(())
}

fn refusal(error: &ProviderError) -> EarningsError {
    let field = |name: &str, sentence: &str| EarningsError::Invalid(FieldErrors::from([(name.to_owned(), sentence.to_owned())]));
    match error {
        ProviderError::Revoked(_) | ProviderError::ScopeLost(_) => field("apiKey", "The partner does not take this key."),
        ProviderError::NoAccount => field("account", "The partner does not know this account."),
        ProviderError::RateLimited { .. } => EarningsError::NotNow("The partner asks us to slow down. Try again in a few minutes."),
        ProviderError::Transient(_) | ProviderError::Misconfigured(_) => {
            tracing::warn!(%error, "the partner could not be asked");
            EarningsError::NotNow("The partner does not answer. Try again in a moment.")
        }
    }
}

/// Has the account read no more, and removes the key and what it brought.
///
/// # Errors
/// None is read.
pub async fn disconnect_partner(core: &Core, user_id: Uuid) -> Result<(), EarningsError> {
    let mut tx = db::begin(&core.db).await?;
    let was_there = db::partner::delete(&mut *tx, user_id).await?;
    db::partner::delete_earnings(&mut *tx, user_id).await?;
    tx.commit().await?;
    if was_there { Ok(()) } else { Err(EarningsError::Unknown) }
}

/// Reads an account, if it is due and nobody else has it in hand.
///
/// # Errors
/// The database does not answer; an account that cannot be read is none.
pub async fn read_partner(core: &Core, id: Uuid) -> Result<(), DbError> {
    let Some(partner) = core.providers.partner() else { return Ok(()) };
    let now = core.clock.now();
    let Some(link) = db::partner::claim_due(&core.db, id, now, now + LEASE).await? else { return Ok(()) };
    let outcome = tokio::time::timeout(DEADLINE, read(core, partner, &link)).await;
    match outcome.unwrap_or_else(|_| Err(Failure::Partner(ProviderError::Transient(format!("not done within {DEADLINE:?}"))))) {
        Ok(days) => db::partner::set_ok(&core.db, link.id, days, core.clock.now(), core.clock.now() + PAUSE).await?,
        Err(Failure::Db(error)) => return Err(error),
        Err(failure) => {
            tracing::warn!(link = %link.id, error = %failure, "earnings could not be read");
            let (kind, retry_at) = failure.judge(&link, core.clock.now());
            db::partner::set_failure(&core.db, link.id, kind, retry_at).await?;
        }
    }
    Ok(())
}

/// Has an account wait for its next turn, because reading it ends in a fault of ours.
///
/// # Errors
/// The database does not answer.
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
    /// What it means, and when to try again.
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

/// Reads what is new, and what may have changed. Returns the days that are whole now.
async fn read(core: &Core, partner: &Partner, link: &PartnerLink) -> Result<(NaiveDate, NaiveDate), Failure> {
    let key = core.cipher.open(&link.api_key, place(link.id))?;
    let today = core.clock.now().date_naive();
    let since = link.covers_until.map_or(today - HISTORY, |until| until - LATE);
    let (mut marker, mut first) = (None, since);
    for page in 1..=MOST_PAGES {
        let found = partner.transactions(&key, &link.account, since, marker).await?;
        db::partner::save(&core.db, link, &found.entries).await?;
        // A marker that does not move would go on for ever.
        marker = found.next.filter(|next| marker.is_none_or(|before| *next < before));
        if marker.is_none() {
            break;
        }
        if page == MOST_PAGES {
            // What is older stays unread, so its days are not known.
            first = found.oldest.map_or(today, |oldest| oldest.date_naive() + Days::new(1));
        }
    }
    Ok((first, today - Days::new(1)))
}

/// What became of the keys when they were sealed anew: sealed now, sealed with the newest before, unreadable.
///
/// # Errors
/// The database does not answer, or there is no randomness.
pub async fn rotate_partner_keys(db: &PgPool, cipher: &Cipher) -> Result<[u64; 3], EarningsError> {
    let [mut rotated, mut current, mut unreadable] = [0; 3];
    for (id, sealed) in db::partner::keys(db).await? {
        if cipher.is_current(&sealed) {
            current += 1;
            continue;
        }
        match cipher.open(&sealed, place(id)) {
            Ok(key) => {
                // A key that is gone meanwhile needs none.
                db::partner::replace_key(db, id, &sealed, &cipher.seal(&key, place(id))?).await?;
                rotated += 1;
            }
            Err(error) => {
                tracing::warn!(%error, link = %id, "a partner's key could not be decrypted");
                unreadable += 1;
            }
        }
    }
    Ok([rotated, current, unreadable])
}
