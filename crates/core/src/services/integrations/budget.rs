//! Monthly budgets of platforms that bill API calls. The price is reserved before a call and released if the call was not billed; if that
//! is unknown, it counts as billed.

use chrono::NaiveDate;
use huntaze_domain::{month::first_of_month, platform::Platform};

use crate::{
    Core,
    db::{self, DbError, integrations::spending::NewSpending},
    providers::{OAuthProvider, ProviderError},
};

/// An amount reserved for one API call.
pub(super) struct SpendReservation {
    platform: Platform,
    month: NaiveDate,
    micro_usd: i64,
}

/// Reserves an amount in micro-USD. Returns `None` if the month's budget does not allow it.
pub(super) async fn reserve(
    core: &Core,
    platform: Platform,
    provider: &dyn OAuthProvider,
    micro_usd: i64,
) -> Result<Option<SpendReservation>, DbError> {
    let month = first_of_month(core.clock.now());
    let reservation = SpendReservation { platform, month, micro_usd };
    let Some(budget) = provider.monthly_budget().filter(|_| micro_usd > 0) else { return Ok(Some(reservation)) };
    let is_reserved = db::integrations::spending::reserve(&core.db, NewSpending { provider: platform, month, micro_usd, budget }).await?;
    Ok(is_reserved.then_some(reservation))
}

impl SpendReservation {
    /// Releases what the call did not cost; `cost` is in micro-USD.
    pub(super) async fn settle(self, core: &Core, cost: i64) -> Result<(), DbError> {
        let rest = self.micro_usd - cost;
        if rest > 0 {
            db::integrations::spending::release(&core.db, self.platform, self.month, rest).await?;
        }
        Ok(())
    }

    /// Releases the whole amount, unless the call may have been billed: a rejected request is not billed, a timeout may be.
    pub(super) async fn settle_failed(self, core: &Core, error: &ProviderError) -> Result<(), DbError> {
        if matches!(error, ProviderError::Transient(_)) { Ok(()) } else { self.settle(core, 0).await }
    }
}
