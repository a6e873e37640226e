//! Daily metrics and posts of accounts.

pub mod home;

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use huntaze_domain::{
    analytics::{
        AccountOption, Analytics, AnalyticsDay, DailyValue, POSTS_PER_PAGE, PostOrder, PostView, PostsPage, Series, figures::StatsRange,
    },
    ids::{IntegrationId, UserId},
    platform::Platform,
    string_enum::StringEnum,
};

use super::{
    earnings::{self, RevenueDays},
    paging::{self, Page},
};
use crate::{
    Core,
    db::{
        self, DbError,
        analytics::{AccountDay, PostsQuery},
        integrations::Integration,
    },
    error::{InternalError, internal_errors},
    infra::csv_escape,
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

/// A period, and the accounts whose metrics are requested.
pub struct Selection {
    range: StatsRange,
    account: Option<IntegrationId>,
    accounts: Vec<Integration>,
    today: NaiveDate,
}

impl Selection {
    /// Selects a period of one of the user's accounts; if `account` is empty, of all connected ones.
    ///
    /// # Errors
    /// Returns [`AnalyticsError::NotFound`] if the account does not exist or belongs to another user.
    pub async fn find(core: &Core, user_id: UserId, range: StatsRange, account: &str) -> Result<Self, AnalyticsError> {
        let accounts = db::integrations::list(&core.db, user_id).await?;
        let account = match account {
            "" => None,
            id => Some(accounts.iter().find(|known| known.id.to_string() == id).ok_or(AnalyticsError::NotFound)?.id),
        };
        Ok(Self { range, account, accounts, today: core.clock.now().date_naive() })
    }

    /// Accounts whose metrics are summed.
    fn chosen(&self) -> impl Iterator<Item = &Integration> {
        let is_chosen = |account: &&Integration| match self.account {
            Some(id) => account.id == id,
            None => account.disconnected_at.is_none(),
        };
        self.accounts.iter().filter(is_chosen)
    }

    fn find_account(&self, id: IntegrationId) -> Option<&Integration> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// Returns the daily earnings of the period; `None` if one account is selected, because earnings belong to the user, not to an account.
    async fn revenue(&self, core: &Core, user_id: UserId) -> Result<Option<RevenueDays>, DbError> {
        match self.account {
            None => earnings::revenue_days(&core.db, user_id, self.start(), self.today).await,
            Some(_) => Ok(None),
        }
    }

    fn start(&self) -> NaiveDate {
        self.today - Days::new(self.range.days().into())
    }

    fn since(&self) -> DateTime<Utc> {
        self.start().and_time(NaiveTime::MIN).and_utc()
    }
}

/// Returns the metrics of a period, in total and by day.
pub async fn look(core: &Core, user_id: UserId, selection: &Selection) -> Result<Analytics, AnalyticsError> {
    let period = home::stats(core, user_id, selection.range, selection.account).await?;
    let rows = db::analytics::days(&core.db, user_id, selection.account, selection.start(), selection.today).await?;
    let revenue = selection.revenue(core, user_id).await?;
    let name = |account: &Integration| AccountOption {
        id: account.id,
        provider: account.provider,
        account_name: account.account_name.clone(),
        is_connected: account.disconnected_at.is_none(),
        is_sandbox: core.providers.view(account.provider).is_sandbox,
    };
    Ok(Analytics {
        range: selection.range,
        integration_id: selection.account,
        accounts: selection.accounts.iter().map(name).collect(),
        stats: period,
        days: days(selection, &rows, revenue.as_ref()),
        currency: revenue.map(|revenue| revenue.currency),
    })
}

/// Returns every day of the period, including days without data.
fn days(selection: &Selection, rows: &[AccountDay], earned: Option<&RevenueDays>) -> Vec<AnalyticsDay> {
    let reporting = |series: Series| {
        let count = selection.chosen().filter(|account| series.is_reported_by(account.provider)).count();
        DailyValue { value: None, known: 0, total: u32::try_from(count).unwrap_or(u32::MAX) }
    };
    let (audience, views, interactions) = (reporting(Series::Audience), reporting(Series::Views), reporting(Series::Interactions));
    let period = selection.start().iter_days().take_while(|day| *day < selection.today);
    let revenue = |day: &NaiveDate| {
        let value = earned.and_then(|earned| earned.days.get(day).copied());
        DailyValue { value, known: u32::from(value.is_some()), total: u32::from(earned.is_some()) }
    };
    let mut days: BTreeMap<_, _> =
        period.map(|day| (day, AnalyticsDay { day, audience, views, interactions, revenue: revenue(&day) })).collect();
    for row in rows {
        let (Some(day), Some(account)) = (days.get_mut(&row.day), selection.find_account(row.integration_id)) else { continue };
        let reported = |series: Series, value: Option<i64>| value.filter(|_| series.is_reported_by(account.provider));
        add(&mut day.audience, reported(Series::Audience, row.followers));
        add(&mut day.views, reported(Series::Views, row.views));
        add(&mut day.interactions, reported(Series::Interactions, row.interactions));
    }
    days.into_values().collect()
}

fn add(figure: &mut DailyValue, value: Option<i64>) {
    if let Some(value) = value {
        figure.value = Some(figure.value.unwrap_or_default().saturating_add(value));
        figure.known += 1;
    }
}

/// Returns a page of the posts of a period; a page beyond the last one is replaced by the last.
pub async fn posts(core: &Core, user_id: UserId, selection: &Selection, order: PostOrder, page: u32) -> Result<PostsPage, AnalyticsError> {
    let query = PostsQuery { user_id, account: selection.account, since: selection.since(), order };
    let read = |limit, offset| db::analytics::posts(&core.db, &query, limit, offset);
    let Page { items: posts, number: page, pages, total } = paging::page(page, POSTS_PER_PAGE, read).await?;
    Ok(PostsPage { order, page, pages, total, posts })
}

/// Exports the days of a period as CSV: one row for each account and day with data, then one for each day with earnings.
pub async fn export_days(core: &Core, user_id: UserId, selection: &Selection) -> Result<Vec<u8>, AnalyticsError> {
    let rows = db::analytics::days(&core.db, user_id, selection.account, selection.start(), selection.today).await?;
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["day", "platform", "account", "audience", "views", "reach", "interactions", "revenue", "currency"])?;
    for row in rows {
        let Some(account) = selection.find_account(row.integration_id) else { continue };
        let numbers = [row.followers, row.views, row.reach, row.interactions].map(number);
        let texts = [row.day.to_string(), account.provider.as_str().to_owned(), csv_escape::escape_formula(&account.account_name)];
        table.write_record(texts.iter().chain(&numbers).chain(&[String::new(), String::new()]))?;
    }
    if let Some(RevenueDays { currency, days }) = selection.revenue(core, user_id).await? {
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
pub async fn export_posts(core: &Core, user_id: UserId, selection: &Selection) -> Result<Vec<u8>, AnalyticsError> {
    let since = selection.since();
    let query = PostsQuery { user_id, account: selection.account, since, order: PostOrder::Newest };
    let (posts, _) = db::analytics::posts(&core.db, &query, MAX_EXPORTED_POSTS, 0).await?;
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
