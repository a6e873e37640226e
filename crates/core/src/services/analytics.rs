//! Daily metrics and posts of accounts.

pub mod home;

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, NaiveTime};
use futures::try_join;
use huntaze_domain::{
    analytics::{
        AccountOption, Analytics, AnalyticsDay, DailyValue, POSTS_PER_PAGE, PostOrder, PostView, PostsPage, Series, figures::StatsRange,
    },
    ids::{IntegrationId, UserId},
    platform::Platform,
    string_enum::StringEnum,
};

use super::{
    earnings::RevenueDays,
    paging::{self, Page},
};
use crate::{
    Core,
    db::{
        self, DbError, Slice,
        analytics::{DaysQuery, KnownSum, PlatformDay, PostsQuery},
        integrations::Integration,
    },
    error::{InternalError, internal_errors},
    infra::{csv_escape, data_cache::Entry},
};

/// Maximum number of posts in an export.
const MAX_EXPORTED_POSTS: i64 = 10_000;

/// Errors of analytics operations.
#[derive(Debug, thiserror::Error)]
pub enum AnalyticsError {
    /// The user has no such account.
    #[error("account not found")]
    NotFound,
    /// A failure that is not the caller's.
    #[error(transparent)]
    Internal(InternalError),
}

internal_errors!(AnalyticsError: DbError, csv::Error);

/// A period, and the accounts of a user whose metrics are requested.
pub struct Selection {
    user_id: UserId,
    range: StatsRange,
    /// `None` for all connected accounts.
    account: Option<IntegrationId>,
    today: NaiveDate,
}

impl Selection {
    /// Selects a period of one of the user's accounts; if `account` is empty, of all connected ones.
    ///
    /// # Errors
    /// Returns [`AnalyticsError::NotFound`] if the account does not exist or belongs to another user.
    pub async fn find(core: &Core, user_id: UserId, range: StatsRange, account: &str) -> Result<Self, AnalyticsError> {
        let account = match account {
            "" => None,
            id => {
                let id = id.parse().map_err(|_| AnalyticsError::NotFound)?;
                Some(db::integrations::find(&core.db, user_id, id).await?.ok_or(AnalyticsError::NotFound)?.id)
            }
        };
        Ok(Self { user_id, range, account, today: core.clock.now().date_naive() })
    }

    /// Whether the metrics of an account are summed.
    fn contains(&self, account: &Integration) -> bool {
        self.account.map_or(account.disconnected_at.is_none(), |id| account.id == id)
    }

    fn days(&self) -> DaysQuery {
        DaysQuery { user_id: self.user_id, account: self.account, from: self.start(), until: self.today }
    }

    fn posts(&self, order: PostOrder) -> PostsQuery {
        let since = self.start().and_time(NaiveTime::MIN).and_utc();
        PostsQuery { user_id: self.user_id, account: self.account, since, order }
    }

    fn start(&self) -> NaiveDate {
        self.today - Days::new(self.range.days().into())
    }
}

/// Everything that metrics depend on beside the data of the user.
fn cache_parameters(today: NaiveDate, range: StatsRange, account: Option<IntegrationId>) -> String {
    let account = account.map(|account| account.to_string()).unwrap_or_default();
    format!("{today} {} {account}", range.days())
}

/// Returns the metrics of a period, in total and by day.
pub async fn look(core: &Core, selection: &Selection) -> Result<Analytics, AnalyticsError> {
    let &Selection { user_id, range, account, today } = selection;
    let parameters = cache_parameters(today, range, account);
    let entry = Entry { user_id, name: "analytics", parameters: &parameters };
    core.data_cache.get_or_load(entry, read(core, selection)).await
}

async fn read(core: &Core, selection: &Selection) -> Result<Analytics, AnalyticsError> {
    let &Selection { user_id, range, account, today } = selection;
    let query = selection.days();
    let (accounts, days, totals, earnings) = try_join!(
        db::integrations::list(&core.db, user_id),
        db::analytics::platform_days(&core.db, &query),
        home::read_totals(core, user_id, range, account),
        home::read_earnings(core, user_id, range, account)
    )?;
    let revenue = earnings.as_ref().and_then(|earnings| earnings.days(selection.start(), today));
    let option = |account: &Integration| AccountOption {
        id: account.id,
        provider: account.provider,
        account_name: account.account_name.clone(),
        is_connected: account.disconnected_at.is_none(),
        is_sandbox: core.providers.view(account.provider).is_sandbox,
    };
    let platforms: Vec<_> = accounts.iter().filter(|account| selection.contains(account)).map(|account| account.provider).collect();
    Ok(Analytics {
        range,
        integration_id: account,
        accounts: accounts.iter().map(option).collect(),
        stats: home::combine(core, range, &totals, earnings.as_ref()),
        days: every_day(&query, &platforms, &days, revenue.as_ref()),
        currency: revenue.map(|revenue| revenue.currency),
    })
}

/// Returns every day of the period, including days without data. `platforms` are those of the selected accounts, one for each.
fn every_day(query: &DaysQuery, platforms: &[Platform], known: &[PlatformDay], earned: Option<&RevenueDays>) -> Vec<AnalyticsDay> {
    let reporting = |series: Series| {
        let count = platforms.iter().filter(|platform| series.is_reported_by(**platform)).count();
        DailyValue { value: None, known: 0, total: u32::try_from(count).unwrap_or(u32::MAX) }
    };
    let (audience, views, interactions) = (reporting(Series::Audience), reporting(Series::Views), reporting(Series::Interactions));
    let period = query.from.iter_days().take_while(|day| *day < query.until);
    let revenue = |day: &NaiveDate| {
        let value = earned.and_then(|earned| earned.days.get(day).copied());
        DailyValue { value, known: u32::from(value.is_some()), total: u32::from(earned.is_some()) }
    };
    let mut days: BTreeMap<_, _> =
        period.map(|day| (day, AnalyticsDay { day, audience, views, interactions, revenue: revenue(&day) })).collect();
    for row in known {
        let Some(day) = days.get_mut(&row.day) else { continue };
        let reported = |series: Series, sum: KnownSum| if series.is_reported_by(row.provider) { sum } else { KnownSum::default() };
        add(&mut day.audience, reported(Series::Audience, row.followers));
        add(&mut day.views, reported(Series::Views, row.views));
        add(&mut day.interactions, reported(Series::Interactions, row.interactions));
    }
    days.into_values().collect()
}

fn add(figure: &mut DailyValue, known: KnownSum) {
    if known.accounts > 0 {
        figure.value = Some(figure.value.unwrap_or_default().saturating_add(known.sum));
        figure.known += known.accounts;
    }
}

/// Returns a page of the posts of a period; a page beyond the last one is replaced by the last.
pub async fn posts(core: &Core, selection: &Selection, order: PostOrder, page: u32) -> Result<PostsPage, AnalyticsError> {
    let query = selection.posts(order);
    let read = |slice| db::analytics::posts(&core.db, &query, slice);
    let Page { items: posts, number: page, pages, total } = paging::page(page, POSTS_PER_PAGE, read).await?;
    Ok(PostsPage { order, page, pages, total, posts })
}

/// Exports the days of a period as CSV: one row for each account and day with data, then one for each day with earnings.
pub async fn export_days(core: &Core, selection: &Selection) -> Result<Vec<u8>, AnalyticsError> {
    let &Selection { user_id, range, account, today } = selection;
    let query = selection.days();
    let (accounts, rows, earnings) = try_join!(
        db::integrations::list(&core.db, user_id),
        db::analytics::days(&core.db, &query),
        home::read_earnings(core, user_id, range, account)
    )?;
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["day", "platform", "account", "audience", "views", "reach", "interactions", "revenue", "currency"])?;
    for row in rows {
        let Some(account) = accounts.iter().find(|account| account.id == row.integration_id) else { continue };
        let numbers = [row.followers, row.views, row.reach, row.interactions].map(number);
        let texts = [row.day.to_string(), account.provider.as_str().to_owned(), csv_escape::escape_formula(&account.account_name)];
        table.write_record(texts.iter().chain(&numbers).chain(&[String::new(), String::new()]))?;
    }
    if let Some(RevenueDays { currency, days }) = earnings.and_then(|earnings| earnings.days(query.from, today)) {
        for (day, minor) in days {
            let texts = [day.to_string(), Platform::Onlyfans.as_str().to_owned()];
            let nothing = std::iter::repeat_n(String::new(), 5);
            let money = [currency.format_plain(minor), currency.code().to_owned()];
            table.write_record(texts.into_iter().chain(nothing).chain(money))?;
        }
    }
    table.into_inner().map_err(|error| csv::Error::from(error.into_error()).into())
}

/// Exports the posts of a period as CSV, newest first.
pub async fn export_posts(core: &Core, selection: &Selection) -> Result<Vec<u8>, AnalyticsError> {
    let (posts, _) =
        db::analytics::posts(&core.db, &selection.posts(PostOrder::Newest), Slice { limit: MAX_EXPORTED_POSTS, offset: 0 }).await?;
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["published_at", "platform", "account", "title", "url", "views", "likes", "comments", "shares", "captured_at"])?;
    for post in posts {
        let PostView { provider, account_name, title, url, published_at, views, likes, comments, shares, captured_at, .. } = post;
        let [views, likes, comments, shares] = [views, likes, comments, shares].map(number);
        let (published_at, captured_at) = (published_at.to_rfc3339(), captured_at.to_rfc3339());
        let (account, title, url) = (
            csv_escape::escape_formula(&account_name),
            csv_escape::escape_formula(&title),
            csv_escape::escape_formula(&url.unwrap_or_default()),
        );
        let record = [&published_at, provider.as_str(), &account, &title, &url, &views, &likes, &comments, &shares, &captured_at];
        table.write_record(record)?;
    }
    table.into_inner().map_err(|error| csv::Error::from(error.into_error()).into())
}

/// Formats a number; an unknown value is an empty cell, not 0.
fn number(value: Option<i64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
