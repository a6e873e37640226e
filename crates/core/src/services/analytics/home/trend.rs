//! Trends: changes between two periods, across the accounts that have both.

use huntaze_domain::analytics::figures::Trend;

use super::coverage;

/// Returns the change between the sums of the current period (first) and of the previous one, both scaled to whole periods. The sums are the
/// numerator and the denominator of a rate, or one sum and 0.
pub(super) type Change = fn([i128; 2], [i128; 2]) -> Trend;

/// Sums of the accounts that are compared.
#[derive(Default)]
pub(super) struct Comparison {
    accounts: u32,
    current: [i128; 2],
    previous: [i128; 2],
}

impl FromIterator<([i128; 2], [i128; 2])> for Comparison {
    /// Adds up the sums of each account: those of the current period, and those of the previous one.
    fn from_iter<I: IntoIterator<Item = ([i128; 2], [i128; 2])>>(accounts: I) -> Self {
        let add = |[a, b]: [i128; 2], [c, d]: [i128; 2]| [a + c, b + d];
        accounts.into_iter().fold(Self::default(), |all, (current, previous)| Self {
            accounts: all.accounts + 1,
            current: add(all.current, current),
            previous: add(all.previous, previous),
        })
    }
}

impl Comparison {
    /// Returns the trend across these accounts, of all that report the metric; unknown if there are none.
    pub fn trend(&self, change: Change, reporting_accounts: u32) -> Trend {
        match change(self.current, self.previous) {
            Trend::Known { change_bp, is_in_points, .. } if self.accounts > 0 => {
                Trend::Known { change_bp, is_in_points, compared: coverage(self.accounts, reporting_accounts) }
            }
            _ => Trend::Unknown,
        }
    }
}

/// Returns the change relative to the previous sum; unknown if that is 0.
pub(super) fn relative_change([current, _]: [i128; 2], [previous, _]: [i128; 2]) -> Trend {
    if previous > 0 { Trend::relative(basis_points(current - previous, previous)) } else { Trend::Unknown }
}

/// Returns the difference of two rates, computed from their exact fractions; unknown if a denominator is 0.
pub(super) fn difference_of_rates([current, of_current]: [i128; 2], [previous, of_previous]: [i128; 2]) -> Trend {
    let whole = of_current.saturating_mul(of_previous);
    let part = current.saturating_mul(of_previous).saturating_sub(previous.saturating_mul(of_current));
    if whole > 0 { Trend::in_points(rounded_basis_points(part, whole)) } else { Trend::Unknown }
}

/// Like [`basis_points`], rounded half away from 0.
fn rounded_basis_points(part: i128, whole: i128) -> i64 {
    basis_points(part.saturating_mul(20_000).saturating_add(whole * part.signum()) / 2, whole.saturating_mul(10_000))
}

/// Returns `part / whole` in basis points, rounded towards 0, saturating on overflow.
pub(super) fn basis_points(part: i128, whole: i128) -> i64 {
    let points = part.saturating_mul(10_000) / whole;
    i64::try_from(points).unwrap_or(if points > 0 { i64::MAX } else { i64::MIN })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn basis_points_never_panic(part: i128, whole in 1..=i128::MAX) {
            let _ = basis_points(part, whole);
        }
    }
}
