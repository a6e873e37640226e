//! Monthly budgets of platforms that bill API calls. The price is reserved before a call and released if the call was not billed; if that
//! is unknown, it counts as billed.

use chrono::NaiveDate;
use huntaze_domain::{month::first_of_month, platform::Platform};

use crate::{
    Core,
    db::{self, DbError},
    providers::{OAuthProvider, ProviderError},
};

/// An amount reserved for one API call.
pub(super) struct Reservation {
    platform: Platform,
    month: NaiveDate,
    micro_dollars: i64,
}

/// Reserves an amount in micro-USD. Returns `None` if the month's budget does not allow it.
pub(super) async fn reserve(
    core: &Core,
    platform: Platform,
    provider: &dyn OAuthProvider,
    micro_dollars: i64,
) -> Result<Option<Reservation>, DbError> {
    let month = first_of_month(core.clock.now());
    let reservation = Reservation { platform, month, micro_dollars };
    let Some(budget) = provider.monthly_budget().filter(|_| micro_dollars > 0) else { return Ok(Some(reservation)) };
    let is_spent = db::spending::spend(&core.db, platform, month, micro_dollars, budget).await?;
    Ok(is_spent.then_some(reservation))
}

impl Reservation {
    /// Releases what the call did not cost; `cost` is in micro-USD.
    pub(super) async fn settle(self, core: &Core, cost: i64) -> Result<(), DbError> {
        let rest = self.micro_dollars - cost;
        if rest > 0 {
            db::spending::give_back(&core.db, self.platform, self.month, rest).await?;
        }
        Ok(())
    }

    /// Releases the whole amount, unless the call may have been billed: a rejected request is not billed, a timeout may be.
    pub(super) async fn settle_failed(self, core: &Core, error: &ProviderError) -> Result<(), DbError> {
        if matches!(error, ProviderError::Transient(_)) { Ok(()) } else { self.settle(core, 0).await }
    }
}
