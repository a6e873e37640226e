//! Readings that cost money: reserved before they are made, and given back where they were not billed. Where nobody can tell, they were.

use chrono::NaiveDate;
use huntaze_domain::{month::first_of_month, platform::Platform};

use crate::{
    Core,
    db::{self, DbError},
    providers::{OAuthProvider, ProviderError},
};

/// What was reserved for a reading.
pub(super) struct Reservation {
    platform: Platform,
    month: NaiveDate,
    micro_dollars: i64,
}

/// Reserves so many millionths of a dollar. `None`: the month's budget does not allow it.
///
/// # Errors
/// The database does not answer.
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
    /// Gives back what the reading did not cost.
    ///
    /// # Errors
    /// The database does not answer.
    pub(super) async fn settle(self, core: &Core, cost: i64) -> Result<(), DbError> {
        let rest = self.micro_dollars - cost;
        if rest > 0 {
            db::spending::give_back(&core.db, self.platform, self.month, rest).await?;
        }
        Ok(())
    }

    /// Gives all of it back, unless the reading may have been billed: a refusal is not, a time-out may be.
    ///
    /// # Errors
    /// The database does not answer.
    pub(super) async fn settle_failed(self, core: &Core, error: &ProviderError) -> Result<(), DbError> {
        if matches!(error, ProviderError::Transient(_)) { Ok(()) } else { self.settle(core, 0).await }
    }
}
