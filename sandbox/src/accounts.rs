//! Accounts of the fake platforms. Every valid name is an account; its id, metrics and posts are derived from the name and the date alone,
//! so that every run shows the same values.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

/// Account names offered on the consent pages, so that several accounts can be connected.
pub const DEFAULT_ACCOUNTS: [&str; 2] = ["ada.creates", "ada.backstage"];

/// Days between two posts.
const POST_EVERY: i64 = 2;
/// Number of posts that are listed.
const MAX_POSTS: i64 = 45;
/// Hours after which a post has half of its final views.
const HALF_LIFE: i64 = 48;

/// An account that can be connected.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Account {
    /// Handle without the `@`.
    pub name: String,
}

/// A post and its metrics at a point in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Sequence number within the account.
    pub number: i64,
    /// Title or caption.
    pub title: String,
    /// Time of publication.
    pub published_at: DateTime<Utc>,
    /// Views so far.
    pub views: i64,
    /// Likes so far.
    pub likes: i64,
    /// Comments so far.
    pub comments: i64,
    /// Shares so far.
    pub shares: i64,
}

impl Account {
    /// Returns the account with this name, or `None` unless the name is 1 to 30 characters of `a-z0-9._`.
    pub fn named(name: &str) -> Option<Self> {
        let is_name = (1..=30).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._".contains(&byte));
        is_name.then(|| Self { name: name.to_owned() })
    }

    /// Returns the numeric id, of at most twelve digits.
    pub fn number(&self) -> u64 {
        self.seed() % 1_000_000_000_000
    }

    /// Returns the FNV-1a hash of the name, which is the same on every machine.
    fn seed(&self) -> u64 {
        self.name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }

    /// Returns the followers on 1 January 2026.
    fn followers_at_start(&self) -> i64 {
        2_000 + i64::try_from(self.seed() % 20_000).unwrap_or_default()
    }

    /// Returns the new followers of a day.
    pub fn new_followers(&self, day: NaiveDate) -> i64 {
        self.followers_at_start() / 900 + self.noise(day, 1) % (self.followers_at_start() / 600)
    }

    /// Returns the followers at a point in time.
    pub fn followers(&self, now: DateTime<Utc>) -> i64 {
        let days = age(now.date_naive());
        self.followers_at_start() + (0..days).map(|day| self.new_followers(start() + Days::new(day.unsigned_abs()))).sum::<i64>()
    }

    /// Returns the views of a day; they are higher on weekends and grow slowly.
    pub fn views(&self, day: NaiveDate) -> i64 {
        let growth = self.followers_at_start() + age(day) * self.followers_at_start() / 1000;
        let weekend = if day.weekday().number_from_monday() > 5 { 3 } else { 2 };
        growth * weekend / 4 + self.noise(day, 2) % (self.followers_at_start() / 5)
    }

    /// Returns the reach of a day: 60 % of its views.
    pub fn reach(&self, day: NaiveDate) -> i64 {
        self.views(day) * 6 / 10
    }

    /// Returns the sum of likes, comments, shares and saves of a day.
    pub fn interactions(&self, day: NaiveDate) -> i64 {
        self.reach(day) * (35 + self.noise(day, 3) % 30) / 1000
    }

    /// Returns the newest posts with their metrics at `now`, newest first.
    pub fn posts(&self, now: DateTime<Utc>) -> Vec<Post> {
        // Numbers may be negative here: there are posts before the start date, too.
        let newest = (now.date_naive() - start()).num_days().div_euclid(POST_EVERY);
        (newest - MAX_POSTS + 1..=newest).rev().filter_map(|number| self.post(number, now)).collect()
    }

    fn post(&self, number: i64, now: DateTime<Utc>) -> Option<Post> {
        let day = start().checked_add_signed(TimeDelta::days(number * POST_EVERY))?;
        let published_at = day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::minutes(self.noise(day, 4) % 1440);
        let hours = (now - published_at).num_hours();
        if now < published_at {
            return None;
        }
        let at_last = self.followers_at_start() / 3 + self.noise(day, 5) * self.followers_at_start() / 10_000;
        let views = at_last * hours / (hours + HALF_LIFE);
        let number = number + 1_000;
        Some(Post {
            number,
            title: format!("{} no. {number}", TITLES[usize::try_from(number).unwrap_or_default() % TITLES.len()]),
            published_at,
            views,
            likes: views * (30 + self.noise(day, 6) % 40) / 1000,
            comments: views / 150,
            shares: views / 400,
        })
    }

    /// Returns a deterministic pseudo-random number from 0 to 9999, uniformly distributed (one step of `SplitMix64`).
    fn noise(&self, day: NaiveDate, what: u64) -> i64 {
        let seed = self.seed().wrapping_mul(1_000_003).wrapping_add(u64::from(day.num_days_from_ce().unsigned_abs()) * 31 + what);
        let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        i64::try_from((z ^ (z >> 31)) % 10_000).unwrap_or_default()
    }
}

const TITLES: [&str; 6] =
    ["Behind the scenes", "Morning light", "Questions and answers", "A day at the studio", "New set", "What I learnt this week"];

fn start() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default()
}

fn age(day: NaiveDate) -> i64 {
    (day - start()).num_days().max(0)
}
