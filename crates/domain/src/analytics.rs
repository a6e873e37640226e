//! Daily figures of accounts, and their posts.

pub mod figures;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    analytics::figures::{HomeStats, Metric, StatsRange},
    money::Currency,
    platform::Platform,
    string_enum::string_enum,
};
use crate::ids::{IntegrationId, PostId};

/// Number of posts per page.
pub const POSTS_PER_PAGE: u32 = 50;

/// `GET /api/analytics`: figures of one account, or of all accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Analytics {
    /// Length of the period.
    pub range: StatsRange,
    /// Id of the selected integration; `None` for all connected accounts.
    pub integration_id: Option<IntegrationId>,
    /// Accounts that can be selected, including disconnected accounts whose data was kept.
    pub accounts: Vec<AccountOption>,
    /// Totals of the period, compared with the previous period.
    pub stats: HomeStats,
    /// One entry for each day of the period, oldest first.
    pub days: Vec<AnalyticsDay>,
    /// Currency of the days' revenue; `None` if no earnings are known, or if a single account is selected.
    pub currency: Option<Currency>,
}

/// An account that can be selected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountOption {
    /// Id of the integration.
    pub id: IntegrationId,
    /// Platform of the account.
    pub provider: Platform,
    /// Handle of the account, without `@`.
    pub account_name: String,
    /// Whether the account is connected.
    pub is_connected: bool,
    /// Whether its figures come from the sandbox.
    pub is_sandbox: bool,
}

/// Figures of one day, summed over the selected accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AnalyticsDay {
    /// Day in UTC.
    pub day: NaiveDate,
    /// Number of followers.
    pub audience: DailyValue,
    /// Number of views.
    pub views: DailyValue,
    /// Number of likes, comments and shares.
    pub interactions: DailyValue,
    /// Money earned, in minor units.
    pub revenue: DailyValue,
}

/// Value of a figure on one day, and its completeness.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DailyValue {
    /// Sum over the accounts with a value; `None` if there are none.
    pub value: Option<i64>,
    /// Number of accounts that are included in the sum.
    pub known: u32,
    /// Number of accounts that report the figure.
    pub total: u32,
}

impl DailyValue {
    /// Returns whether the value lacks at least one account that reports the figure.
    pub const fn is_partial(self) -> bool {
        self.value.is_some() && self.known < self.total
    }
}

string_enum! {
    /// Figure that a chart shows.
    Series {
        /// Number of followers.
        Audience = "audience";
        /// Number of views.
        Views = "views";
        /// Number of likes, comments and shares.
        Interactions = "interactions";
        /// Money earned.
        Revenue = "revenue";
    }
}

impl Series {
    /// Returns the value of the figure on a day.
    pub const fn of(self, day: &AnalyticsDay) -> DailyValue {
        match self {
            Self::Audience => day.audience,
            Self::Views => day.views,
            Self::Interactions => day.interactions,
            Self::Revenue => day.revenue,
        }
    }

    /// Returns whether a platform reports the figure.
    pub const fn is_reported_by(self, platform: Platform) -> bool {
        match self {
            // Interactions are summed over posts where the platform reports no reach.
            Self::Audience | Self::Interactions => Metric::Audience.is_reported_by(platform),
            Self::Views => Metric::Views.is_reported_by(platform),
            Self::Revenue => Metric::Revenue.is_reported_by(platform),
        }
    }
}

string_enum! {
    /// Sort order of posts.
    #[derive(Default)]
    PostOrder {
        /// Most interactions first.
        #[default]
        Best = "best";
        /// Fewest interactions first.
        Worst = "worst";
        /// Most recently published first.
        Newest = "newest";
    }
}

/// `GET /api/analytics/posts`: one page of the posts that were published in the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostsPage {
    /// Sort order.
    pub order: PostOrder,
    /// Page number, from 1.
    pub page: u32,
    /// Total number of pages.
    pub pages: u32,
    /// Total number of posts.
    pub total: u32,
    /// Posts of this page.
    pub posts: Vec<PostView>,
}

/// A stored post with its metrics; metrics that the platform does not report are `None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostView {
    /// Id of the post.
    pub id: PostId,
    /// Platform of the post.
    pub provider: Platform,
    /// Handle of the account, without `@`.
    pub account_name: String,
    /// Title or text; may be empty.
    pub title: String,
    /// Language of the title as a BCP 47 tag; `None` if the platform does not say it.
    pub language: Option<String>,
    /// URL of the post at the platform; `None` if it is not known.
    pub url: Option<String>,
    /// Time of publication.
    pub published_at: DateTime<Utc>,
    /// Number of views.
    pub views: Option<i64>,
    /// Number of likes.
    pub likes: Option<i64>,
    /// Number of comments.
    pub comments: Option<i64>,
    /// Number of shares.
    pub shares: Option<i64>,
    /// Time at which the metrics were fetched.
    pub captured_at: DateTime<Utc>,
}

impl PostView {
    /// Returns the sum of likes, comments and shares; `None` if none of them is known.
    pub fn interactions(&self) -> Option<i64> {
        [self.likes, self.comments, self.shares]
            .into_iter()
            .flatten()
            .fold(None, |sum, part| Some(sum.unwrap_or(0_i64).saturating_add(part)))
    }

    /// Returns the interactions per view in basis points; `None` if interactions or views are unknown, or if there are no views. Computed
    /// on demand, never stored.
    pub fn engagement(&self) -> Option<i64> {
        let (interactions, views) = (self.interactions()?, self.views.filter(|views| *views > 0)?);
        Some(interactions.saturating_mul(10_000) / views)
    }
}

/// A post as returned by a platform, with its metrics since publication; metrics that the platform does not report are `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Id of the post at the platform.
    pub id: String,
    /// Title or text; may be empty.
    pub title: String,
    /// Language of the title, as the platform writes it; `None` if the platform does not say it.
    pub language: Option<String>,
    /// URL of the post at the platform; `None` if it is not known.
    pub url: Option<String>,
    /// Time of publication.
    pub published_at: DateTime<Utc>,
    /// Number of views.
    pub views: Option<i64>,
    /// Number of likes; on Reddit, the score.
    pub likes: Option<i64>,
    /// Number of comments or replies.
    pub comments: Option<i64>,
    /// Number of shares, reposts and quotes.
    pub shares: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn post() -> PostView {
        PostView {
            id: Uuid::nil().into(),
            provider: Platform::Reddit,
            account_name: "ada".to_owned(),
            title: String::new(),
            language: None,
            url: None,
            published_at: DateTime::default(),
            views: None,
            likes: Some(12),
            comments: Some(3),
            shares: None,
            captured_at: DateTime::default(),
        }
    }

    #[test]
    fn engagement_without_views_is_none() {
        assert_eq!((post().interactions(), post().engagement()), (Some(15), None));
        assert_eq!(PostView { views: Some(0), ..post() }.engagement(), None);
        assert_eq!(PostView { views: Some(300), ..post() }.engagement(), Some(500));
        assert_eq!(PostView { likes: None, comments: None, ..post() }.interactions(), None, "unknown parts do not count as 0");
    }
}
