//! Figures that look like an account's, made from the account and the day alone.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::Account;

/// New followers of one day.
pub fn new_followers(account: &Account, day: NaiveDate) -> i64 {
    account.followers() / 900 + noise(account, day, 1) % (account.followers() / 600)
}

/// Views of one day: more on weekends, slowly growing.
pub fn views(account: &Account, day: NaiveDate) -> i64 {
    let growth = account.followers() + age(day) * account.followers() / 1000;
    let weekend = if day.weekday().number_from_monday() > 5 { 3 } else { 2 };
    growth * weekend / 4 + noise(account, day, 2) % (account.followers() / 5)
}

/// Accounts reached in one day: less than views.
pub fn reach(account: &Account, day: NaiveDate) -> i64 {
    views(account, day) * 6 / 10
}

/// Likes, comments, shares and saves of one day.
pub fn interactions(account: &Account, day: NaiveDate) -> i64 {
    reach(account, day) * (35 + noise(account, day, 3) % 30) / 1000
}

/// Followers at a point in time.
pub fn followers(account: &Account, now: DateTime<Utc>) -> i64 {
    let days = age(now.date_naive());
    account.followers() + (0..days).map(|ago| new_followers(account, start() + chrono::Days::new(ago.unsigned_abs()))).sum::<i64>()
}

fn start() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default()
}

fn age(day: NaiveDate) -> i64 {
    (day - start()).num_days().max(0)
}

/// 0 to 9999, spread evenly (a step of `SplitMix64`).
fn noise(account: &Account, day: NaiveDate, what: u64) -> i64 {
    let seed = account.seed().wrapping_mul(1_000_003).wrapping_add(u64::from(day.num_days_from_ce().unsigned_abs()) * 31 + what);
    let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    i64::try_from((z ^ (z >> 31)) % 10_000).unwrap_or_default()
}
