//! Figures of accounts day by day, and their posts.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    choice::choices,
    figures::{HomeStats, Metric, StatsRange},
    money::Currency,
    platform::Platform,
};

/// So many posts stand on a page.
pub const PAGE: u32 = 50;

/// `GET /api/analytics`: one account, or all together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Analytics {
    /// How far back.
    pub range: StatsRange,
    /// Which account; none is all that are connected.
    pub account: Option<Uuid>,
    /// Those that can be chosen: also those that are connected no more, and whose figures were kept.
    pub accounts: Vec<AccountName>,
    /// The period against the one before it.
    pub stats: HomeStats,
    /// Each day of the period, the oldest first.
    pub days: Vec<Day>,
    /// What the days' earnings are in; none where no earnings are known, or where one account is looked at.
    pub currency: Option<Currency>,
}

/// An account to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountName {
    /// Ours.
    pub id: Uuid,
    /// The platform.
    pub provider: Platform,
    /// As people know it: without `@`.
    pub account_name: String,
    /// Whether it is connected.
    pub is_connected: bool,
    /// Whether its figures are made up.
    pub is_sandbox: bool,
}

/// A day of the accounts that were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Day {
    /// UTC.
    pub day: NaiveDate,
    /// How many followed them.
    pub audience: DayFigure,
    /// How often their content was seen.
    pub views: DayFigure,
    /// Likes, comments, shares.
    pub interactions: DayFigure,
    /// Money earned, in minor units.
    pub revenue: DayFigure,
}

/// What is known of a figure on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DayFigure {
    /// The sum of the accounts that are known; none where no account is.
    pub value: Option<i64>,
    /// So many accounts are in it.
    pub known: u32,
    /// Of so many that report it.
    pub of: u32,
}

impl DayFigure {
    /// Whether an account is missing that reports it.
    pub const fn is_partial(self) -> bool {
        self.value.is_some() && self.known < self.of
    }
}

choices! {
    /// What a chart shows.
    Series {
        /// How many follow.
        Audience = "audience", "Audience";
        /// How often content was seen.
        Views = "views", "Views";
        /// Likes, comments, shares.
        Interactions = "interactions", "Interactions";
        /// Money earned.
        Revenue = "revenue", "Revenue";
    }
}

impl Series {
    /// Its figure of a day.
    pub const fn of(self, day: &Day) -> DayFigure {
        match self {
            Self::Audience => day.audience,
            Self::Views => day.views,
            Self::Interactions => day.interactions,
            Self::Revenue => day.revenue,
        }
    }

    /// Whether a platform tells it.
    pub const fn is_reported_by(self, platform: Platform) -> bool {
        match self {
            Self::Audience => Metric::Audience.is_reported_by(platform),
            Self::Views => Metric::Views.is_reported_by(platform),
            Self::Interactions => !matches!(platform, Platform::Onlyfans),
            Self::Revenue => Metric::Revenue.is_reported_by(platform),
        }
    }
}

choices! {
    /// Which posts come first.
    #[derive(Default)]
    PostOrder {
        /// Most interactions.
        #[default]
        Best = "best", "Best";
        /// Fewest interactions.
        Worst = "worst", "Worst";
        /// As they were published.
        Newest = "newest", "Newest";
    }
}

/// `GET /api/analytics/posts`: a page of the posts that were published in the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostsPage {
    /// Which come first.
    pub order: PostOrder,
    /// Counted from 1.
    pub page: u32,
    /// How many pages there are.
    pub pages: u32,
    /// How many posts there are.
    pub total: u32,
    /// Those of this page.
    pub posts: Vec<PostView>,
}

/// A post, and what it has come to; what the platform does not say is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostView {
    /// Ours.
    pub id: Uuid,
    /// The platform.
    pub provider: Platform,
    /// Of which account: without `@`.
    pub account_name: String,
    /// Title or text; may be empty.
    pub title: String,
    /// Where it is seen.
    pub url: Option<String>,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// How often it was seen.
    pub views: Option<i64>,
    /// Likes.
    pub likes: Option<i64>,
    /// Comments.
    pub comments: Option<i64>,
    /// Shares.
    pub shares: Option<i64>,
    /// When that was read.
    pub captured_at: DateTime<Utc>,
}

impl PostView {
    /// Likes, comments and shares, as far as they are known.
    pub fn interactions(&self) -> Option<i64> {
        [self.likes, self.comments, self.shares]
            .into_iter()
            .flatten()
            .fold(None, |sum, part| Some(sum.unwrap_or(0_i64).saturating_add(part)))
    }

    /// Interactions divided by views, in basis points; never stored.
    pub fn engagement(&self) -> Option<i64> {
        let (interactions, views) = (self.interactions()?, self.views.filter(|views| *views > 0)?);
        Some(interactions.saturating_mul(10_000) / views)
    }
}

/// A post, and what it has come to since it was published; what the platform does not say is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The platform's id.
    pub id: String,
    /// Its title, or its text; may be empty.
    pub title: String,
    /// Where it is seen.
    pub url: Option<String>,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// How often it was seen.
    pub views: Option<i64>,
    /// Likes; at Reddit its score.
    pub likes: Option<i64>,
    /// Comments or replies.
    pub comments: Option<i64>,
    /// Shares, reposts and quotes.
    pub shares: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post() -> PostView {
        PostView {
            id: Uuid::nil(),
            provider: Platform::Reddit,
            account_name: "ada".to_owned(),
            title: String::new(),
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
    fn a_post_without_views_has_no_rate() {
        assert_eq!((post().interactions(), post().engagement()), (Some(15), None));
        assert_eq!(PostView { views: Some(0), ..post() }.engagement(), None);
        assert_eq!(PostView { views: Some(300), ..post() }.engagement(), Some(500));
        assert_eq!(PostView { likes: None, comments: None, ..post() }.interactions(), None, "unknown is not 0");
    }
}
