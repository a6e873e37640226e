//! Reading an account: its tokens are renewed when it is time, then come its profile, the figures of its days, and its posts.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use huntaze_domain::{
    figures::Metric,
    integration::{EventKind, FailureKind, IntegrationView},
    month::next_month,
    platform::Platform,
};
use uuid::Uuid;

use super::{
    HISTORY, IntegrationError, LEASE, PATIENCE, Turn,
    days::read_days,
    find_connected, hold_unless,
    posts::{PostsOutcome, read_posts, storable},
    renew::renew_and_read_profile,
    to_the_end, view,
};
use crate::{
    Core,
    db::{
        self, DbError,
        integrations::{DaysRead, Integration, Reading, SealedTokens},
        sessions::OpenSession,
    },
    providers::{Access, OAuthProvider, Profile, ProviderError, Readable, readable},
};

/// Who asks again so soon gets what was just read.
const JUST_READ: TimeDelta = TimeDelta::seconds(10);
/// One reading takes no longer.
const DEADLINE: Duration = Duration::from_mins(1);
/// After a failure: 5 min, 10 min, 20 min, … up to six hours.
const FIRST_RETRY: TimeDelta = TimeDelta::minutes(5);
const LONGEST_RETRY: TimeDelta = TimeDelta::hours(6);
/// Where the platform does not say how long it limits us.
const LIMITED: TimeDelta = TimeDelta::hours(1);

/// Reads an account, if it is due and nobody else has it in hand.
///
/// # Errors
/// The database does not answer; an account that cannot be read is none.
pub async fn sync(core: &Core, id: Uuid) -> Result<(), DbError> {
    let now = core.clock.now();
    let Some(integration) = db::integrations::claim_due(&core.db, id, now, now + LEASE).await? else { return Ok(()) };
    // How it went is noted in the row.
    let _ = read(core, integration, false).await?;
    Ok(())
}

/// Has an account wait as long as after many failures, because reading it ends in a fault of ours.
///
/// # Errors
/// The database does not answer.
pub async fn postpone(core: &Core, id: Uuid) -> Result<(), DbError> {
    let now = core.clock.now();
    if db::integrations::postpone(&core.db, id, now + LONGEST_RETRY).await? {
        db::integration_events::insert(&core.db, id, EventKind::ReadFailed, Some(FailureKind::Transient), now).await?;
    }
    Ok(())
}

/// Reads an account now, because its creator asks for it, and refreshes its tokens if that is possible.
///
/// # Errors
/// Unknown, held by another reader, or it cannot be read.
pub async fn refresh(
    core: &Core,
    current: &OpenSession,
    platform: Option<Platform>,
    id: &str,
) -> Result<IntegrationView, IntegrationError> {
    let found = find_connected(core, current.user.id, platform, id).await?;
    let (id, now) = (found.id, core.clock.now());
    let costs_money = core.providers.get(found.provider).is_some_and(|provider| provider.monthly_budget().is_some());
    let costs_others = |kind: &FailureKind| *kind == FailureKind::RateLimited || costs_money && *kind == FailureKind::Transient;
    if let Some(kind) = found.facts.last_error.filter(costs_others)
        && found.next_sync_at.is_some_and(|next| next > now)
    {
        // The allowance is that of all of Huntaze, and so is the money: nobody's impatience may cost the others.
        return Err(IntegrationError::NotRead(kind));
    }
    if found.days_read.until.is_some() && found.facts.last_error.is_none() && found.facts.last_ok_at.is_some_and(|at| now - at < JUST_READ)
    {
        return Ok(view(found, now));
    }
    let (worker, user_id) = (core.clone(), current.user.id);
    let outcome = to_the_end(&core.tasks, async move {
        // However many ask at once, in however many processes, the platform is asked once: the others take the outcome.
        let is_done = |known: &Integration| known.readings != found.readings || known.access.is_none();
        match hold_unless(&worker.db, worker.clock.as_ref(), (user_id, id), PATIENCE, is_done).await? {
            Turn::Mine(held) => Ok(read(&worker, *held, true).await?),
            Turn::Done(known) if known.access.is_some() => Ok(known.facts.last_error.map_or(Ok(()), Err)),
            Turn::Done(_) | Turn::Gone => Err(IntegrationError::Unknown),
            Turn::Busy => Err(IntegrationError::Busy),
        }
    })
    .await?;
    // What is left of the history is fetched by the job.
    core.due_bell.notify_one();
    let integration = db::integrations::find(&core.db, user_id, id).await?.ok_or(IntegrationError::Unknown)?;
    match outcome {
        Ok(()) => Ok(view(integration, core.clock.now())),
        Err(kind) => Err(IntegrationError::NotRead(kind)),
    }
}

/// Reads an account that this worker holds, and notes how it went.
async fn read(core: &Core, mut integration: Integration, is_asked: bool) -> Result<Result<(), FailureKind>, DbError> {
    let Some(access) = integration.access.take() else { return Ok(Ok(())) };
    let mut held = Held { integration, access };
    let outcome = match tokio::time::timeout(DEADLINE, attempt(core, &mut held, is_asked)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(SyncError::Failed(ProviderError::Transient(format!("not done within {DEADLINE:?}")))),
    };
    let now = core.clock.now();
    let Held { integration, access } = held;
    let (kind, next_sync_at, fault) = match outcome {
        Ok(None) => return Ok(Ok(())),
        Ok(Some(missing)) => return Ok(Err(missing)),
        Err(SyncError::Over(kind)) => (kind, None, None),
        Err(SyncError::BudgetSpent) => (FailureKind::BudgetSpent, Some(next_month(now)), None),
        Err(SyncError::Failed(error)) => {
            tracing::warn!(%error, integration = %integration.id, failures = integration.failures, "an account could not be read");
            (error.kind(), retry_at(&error, integration.failures, now), None)
        }
        // Ours; it must not be tried again and again all the same.
        Err(SyncError::Db(error)) => {
            let later = retry_at(&ProviderError::Transient(String::new()), integration.failures, now);
            (FailureKind::Transient, later, Some(error))
        }
    };
    let mut tx = db::begin(&core.db).await?;
    if db::integrations::set_failed(&mut *tx, integration.id, &access.access, kind, next_sync_at).await? {
        db::integration_events::insert(&mut *tx, integration.id, EventKind::ReadFailed, Some(kind), now).await?;
    }
    tx.commit().await?;
    fault.map_or(Ok(Err(kind)), Err)
}

/// An account that this worker reads, with the tokens it is read with.
pub(super) struct Held {
    /// The account.
    pub integration: Integration,
    /// Its tokens.
    pub access: SealedTokens,
}

/// Why a reading ended early.
pub(super) enum SyncError {
    /// The platform, or our settings for it.
    Failed(ProviderError),
    /// Only the creator can mend it.
    Over(FailureKind),
    /// The platform bills readings, and what we allow for them is spent.
    BudgetSpent,
    /// The database.
    Db(DbError),
}

impl From<ProviderError> for SyncError {
    fn from(error: ProviderError) -> Self {
        Self::Failed(error)
    }
}

impl From<DbError> for SyncError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

/// When to try again; never by itself where only the creator can mend it.
fn retry_at(error: &ProviderError, failures: i32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let doubled = FIRST_RETRY * (1 << failures.clamp(0, 16));
    match error {
        ProviderError::Revoked(_) | ProviderError::NoAccount | ProviderError::ScopeLost(_) => None,
        ProviderError::RateLimited { retry_after } => Some(now + retry_after.unwrap_or(LIMITED).clamp(FIRST_RETRY, TimeDelta::days(1))),
        ProviderError::Transient(_) | ProviderError::Misconfigured(_) => Some(now + doubled.min(LONGEST_RETRY)),
    }
}

/// Reads what it can; returns why something is missing, where something is.
async fn attempt(core: &Core, held: &mut Held, is_asked: bool) -> Result<Option<FailureKind>, SyncError> {
    let now = core.clock.now();
    let platform = held.integration.provider;
    let Some(provider) = core.providers.get(platform) else {
        return Err(ProviderError::Misconfigured("no keys".to_owned()).into());
    };
    if held.access.ends_at().is_some_and(|end| end <= now) {
        return Err(SyncError::Over(FailureKind::Expired));
    }
    let read = read_all(core, provider, held, is_asked).await?;
    let has_more = has_more_days(provider, platform, read.days, &read.scopes, now.date_naive());
    let missed = held.integration.missed;
    let regular = provider.next_reading(now) + jitter(held.integration.id);
    let next_sync_at = match &read.failure {
        Some(error) if read.is_day_missing => retry_at(error, missed, now).unwrap_or(regular),
        // Posts wait for the next reading, or longer.
        Some(error) => retry_at(error, 0, now).map_or(regular, |at| at.max(regular)),
        None if has_more => now,
        None => regular,
    };
    let reading = Reading {
        id: held.integration.id,
        access_token: &held.access.access,
        account_name: &read.profile.name,
        scopes: &read.scopes,
        days_read: read.days,
        failure: read.failure.as_ref().map(ProviderError::kind),
        // Nobody's impatience brings the end nearer, and neither do posts.
        missed: if read.is_day_missing { missed + i32::from(!is_asked) } else { 0 },
        now,
        next_sync_at,
    };
    let event = if reading.failure.is_some() { EventKind::ReadFailed } else { EventKind::Read };
    let mut tx = db::begin(&core.db).await?;
    if db::integrations::set_read(&mut *tx, &reading).await? {
        db::integration_events::insert(&mut *tx, reading.id, event, reading.failure, now).await?;
    }
    tx.commit().await.map_err(DbError::from)?;
    Ok(reading.failure)
}

/// What a reading found.
struct ReadAll {
    profile: Profile,
    days: DaysRead,
    is_day_missing: bool,
    scopes: Vec<String>,
    failure: Option<ProviderError>,
}

/// Profile, days, and once the history is there, posts.
async fn read_all(core: &Core, provider: &dyn OAuthProvider, held: &mut Held, is_asked: bool) -> Result<ReadAll, SyncError> {
    let now = core.clock.now();
    let today = now.date_naive();
    let (tokens, mut profile) = renew_and_read_profile(core, provider, held, is_asked).await?;
    profile.name = storable(&profile.name);
    let integration = &held.integration;
    if let Some(followers) = profile.followers {
        db::figures::save_followers(&core.db, integration.id, today, followers, now).await?;
    }
    let access = Access { token: &tokens.access, scopes: &integration.scopes };
    let days = read_days(core, provider, integration, access, today).await.map_err(not_the_token)?;
    let access = Access { token: &tokens.access, scopes: &days.scopes };
    let posts = if days.failure.is_none() && !has_more_days(provider, integration.provider, days.read, &days.scopes, today) {
        read_posts(core, provider, integration, access, &profile, today).await.map_err(not_the_token)?
    } else {
        PostsOutcome::default()
    };
    let is_day_missing = days.failure.is_some();
    let failure = days.failure.or(posts.failure);
    if let Some(error) = &failure {
        tracing::warn!(%error, integration = %integration.id, missed = integration.missed, "not all of an account could be read");
    }
    Ok(ReadAll { profile, days: days.read, is_day_missing, scopes: posts.scopes.unwrap_or(days.scopes), failure })
}

/// Whether more of the history is to be fetched.
fn has_more_days(provider: &dyn OAuthProvider, platform: Platform, days: DaysRead, scopes: &[String], today: NaiveDate) -> bool {
    let can_go_on = provider.reports_days() && readable(platform, Metric::Views, scopes) == Readable::Yes;
    can_go_on && days.from.is_none_or(|oldest| oldest > today - Days::new(HISTORY))
}

/// A token that the profile was just read with is not over because another endpoint says so: if it is, the next reading will tell.
fn not_the_token(error: SyncError) -> SyncError {
    match error {
        SyncError::Failed(ProviderError::Revoked(text)) => {
            ProviderError::Transient(format!("refused after the profile was read: {text}")).into()
        }
        error => error,
    }
}

/// Up to ten minutes, the same for an account each time: so that those that were connected together are not read together for ever.
fn jitter(id: Uuid) -> TimeDelta {
    let [.., high, low] = *id.as_bytes();
    TimeDelta::seconds(i64::from(u16::from_be_bytes([high, low])) % 600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let now = DateTime::<Utc>::default();
        let transient = ProviderError::Transient(String::new());
        assert_eq!(retry_at(&transient, 0, now), Some(now + TimeDelta::minutes(5)));
        assert_eq!(retry_at(&transient, 3, now), Some(now + TimeDelta::minutes(40)));
        assert_eq!(retry_at(&transient, i32::MAX, now), Some(now + LONGEST_RETRY));
        assert_eq!(retry_at(&ProviderError::Revoked(String::new()), 0, now), None);
        let limited = ProviderError::RateLimited { retry_after: Some(TimeDelta::minutes(12)) };
        assert_eq!(retry_at(&limited, 0, now), Some(now + TimeDelta::minutes(12)));
    }
}
