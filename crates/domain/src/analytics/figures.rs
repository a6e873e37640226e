//! Figures (metric values). Only [`Figure::Known`] carries a number, so an unknown value cannot be rendered as 0.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    money::{Currency, Money, grouped},
    platform::Platform,
    string_enum::string_enum,
};

/// Text that is shown in place of an unknown figure.
pub const UNKNOWN: &str = "—";

/// Value of a metric, or the reason why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum Figure {
    /// The value is known.
    Known(KnownFigure),
    /// No sync has delivered the value yet.
    Pending,
    /// No connected platform reports the metric.
    Unsupported,
    /// The user did not grant the permission that is needed to read the metric.
    Refused,
}

/// A known value, with its unit and provenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KnownFigure {
    /// Value in units of `unit`.
    pub value: i64,
    /// Unit of `value`.
    pub unit: Unit,
    /// Currency of `value`; `Some` only if the unit is [`Unit::Minor`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Time at which the newest data of the value was fetched; for [`Metric::Audience`], the time of the oldest of the accounts' counts.
    pub captured_at: DateTime<Utc>,
    /// Part of the period or of the accounts that the value covers; `None` if it is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// For a sum over days and accounts: the accounts with a day of the period, of those that report the metric; `None` if all have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounts: Option<Coverage>,
    /// Change against the previous period.
    pub trend: Trend,
}

/// Unit of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Unit {
    /// Number of people or items.
    Count,
    /// Basis points (hundredths of a percent).
    BasisPoints,
    /// Minor units of a currency.
    Minor,
}

/// Completeness of a value: in accounts for [`Metric::Audience`], otherwise in days, summed over all accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// Number of accounts or days with a value.
    pub known: u32,
    /// Total number of accounts or days.
    pub total: u32,
}

/// Change of a value between the previous and the current period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Trend {
    /// Accounts that have nearly all days of both periods (90 %) can be compared; their sums are scaled to whole periods.
    Known {
        /// Change in basis points: of the previous value, or for a rate the difference of the two rates.
        change_bp: i64,
        /// Whether it is the difference of two rates.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_in_points: bool,
        /// The accounts that were compared, of those that report the metric; `None` if they are all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        compared: Option<Coverage>,
    },
    /// No account has both periods, or the previous value was 0.
    Unknown,
}

string_enum! {
    /// Length of the period of statistics, in whole UTC days; the current day is not included.
    #[derive(Default)]
    StatsRange {
        /// 7 days.
        Week = "7d";
        /// 30 days.
        #[default]
        Month = "30d";
        /// 90 days.
        Quarter = "90d";
    }
}

impl StatsRange {
    /// Returns the length in days.
    pub const fn days(self) -> u16 {
        match self {
            Self::Week => 7,
            Self::Month => 30,
            Self::Quarter => 90,
        }
    }
}

string_enum! {
    /// A metric on the home and analytics pages.
    Metric {
        /// Number of followers at the end of the period.
        Audience = "audience";
        /// Number of views in the period.
        Views = "views";
        /// Interactions in the period, divided by the number of accounts reached.
        EngagementRate = "engagementRate";
        /// Money earned in the period.
        Revenue = "revenue";
    }
}

impl Metric {
    /// Returns whether a platform reports the metric at all. TikTok, Reddit, X and YouTube report no reach, so they have no engagement
    /// rate; Reddit reports no views. No platform reports revenue: it comes from statements, daily totals and the partner.
    pub const fn is_reported_by(self, platform: Platform) -> bool {
        let (audience, views, engagement_rate) = match platform {
            Platform::Instagram => (true, true, true),
            Platform::Tiktok | Platform::Youtube | Platform::X => (true, true, false),
            Platform::Reddit => (true, false, false),
            Platform::Onlyfans => (false, false, false),
        };
        match self {
            Self::Audience => audience,
            Self::Views => views,
            Self::EngagementRate => engagement_rate,
            Self::Revenue => false,
        }
    }
}

/// `GET /api/home/stats`: the metrics of all accounts of a user. The analytics page also uses it for a single account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HomeStats {
    /// Length of the period.
    pub range: StatsRange,
    /// First day after the period (UTC). May be some days ago: platforms report a day only after it has ended, and some of them days later.
    pub until: NaiveDate,
    /// See [`Metric::Audience`].
    pub audience: Figure,
    /// See [`Metric::Views`].
    pub views: Figure,
    /// See [`Metric::EngagementRate`].
    pub engagement_rate: Figure,
    /// See [`Metric::Revenue`].
    pub revenue: Figure,
    /// Revenue in currencies other than that of `revenue`; amounts are not converted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_revenue: Vec<Money>,
    /// Whether a backfill of older days is in progress for any account.
    pub is_backfilling: bool,
}

impl HomeStats {
    /// Returns each figure with its metric, in display order.
    pub const fn figures(&self) -> [(Metric, Figure); 4] {
        [
            (Metric::Audience, self.audience),
            (Metric::Views, self.views),
            (Metric::EngagementRate, self.engagement_rate),
            (Metric::Revenue, self.revenue),
        ]
    }

    /// Returns whether at least one figure is known.
    pub fn has_figures(&self) -> bool {
        self.figures().iter().any(|(_, figure)| matches!(figure, Figure::Known(_)))
    }
}

impl Figure {
    /// Returns the text to display: `12,400`, `4.25 %`, `1,500.50 USD`, or [`UNKNOWN`].
    pub fn text(&self) -> String {
        match self {
            Self::Known(known) => known.text(),
            Self::Pending | Self::Unsupported | Self::Refused => UNKNOWN.to_owned(),
        }
    }
}

impl KnownFigure {
    fn text(&self) -> String {
        match (self.unit, self.currency) {
            (Unit::Count, _) => grouped(self.value),
            (Unit::BasisPoints, _) => percent(self.value),
            (Unit::Minor, currency) => {
                let currency = currency.unwrap_or_default();
                format!("{} {}", currency.format_grouped(self.value), currency.code())
            }
        }
    }
}

/// Direction of a trend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The value has increased.
    Up,
    /// The change rounds to 0.0 %.
    Level,
    /// The value has decreased.
    Down,
}

impl Direction {
    /// Returns the visible symbol.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Up => "▲",
            Self::Level => "=",
            Self::Down => "▼",
        }
    }

    /// Returns the word for screen readers, also used as a style name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Level => "level",
            Self::Down => "down",
        }
    }
}

impl Trend {
    /// A change relative to the previous value, of all accounts.
    pub const fn relative(change_bp: i64) -> Self {
        Self::Known { change_bp, is_in_points: false, compared: None }
    }

    /// The difference of two rates, of all accounts.
    pub const fn in_points(change_bp: i64) -> Self {
        Self::Known { change_bp, is_in_points: true, compared: None }
    }

    /// Returns the direction and the absolute change: with one decimal (`4.2 %`), or in points (`0.04 pts`). `None` if the trend is unknown.
    pub fn parts(self) -> Option<(Direction, String)> {
        let Self::Known { change_bp, is_in_points, .. } = self else { return None };
        // Tenths of a percent, rounded half up.
        let tenths = (change_bp.unsigned_abs() + 5) / 10;
        let (text, is_level) = if is_in_points {
            (format!("{} pts", hundredths(change_bp.saturating_abs())), change_bp == 0)
        } else {
            (format!("{}.{} %", tenths / 10, tenths % 10), tenths == 0)
        };
        let direction = match change_bp {
            // A change that is shown as 0 counts as level.
            _ if is_level => Direction::Level,
            1.. => Direction::Up,
            _ => Direction::Down,
        };
        Some((direction, text))
    }
}

/// Formats basis points as a percentage: `4.25 %`.
pub fn percent(basis_points: i64) -> String {
    format!("{} %", hundredths(basis_points))
}

fn hundredths(value: i64) -> String {
    let mut text = if value < 0 { "-".to_owned() } else { String::new() };
    let _ = write!(text, "{}.{:02}", value.unsigned_abs() / 100, value.unsigned_abs() % 100);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known(value: i64, unit: Unit) -> Figure {
        let captured_at = DateTime::default();
        Figure::Known(KnownFigure { value, unit, currency: None, captured_at, coverage: None, accounts: None, trend: Trend::Unknown })
    }

    #[test]
    fn text_of_known_figure_is_formatted_by_unit() {
        assert_eq!(known(0, Unit::Count).text(), "0");
        assert_eq!(known(999, Unit::Count).text(), "999");
        assert_eq!(known(1_234_567, Unit::Count).text(), "1,234,567");
        assert_eq!(known(-12_400, Unit::Count).text(), "-12,400");
        assert_eq!(known(425, Unit::BasisPoints).text(), "4.25 %");
        assert_eq!(known(150_050, Unit::Minor).text(), "1,500.50 USD");
        assert_eq!(known(-50, Unit::Minor).text(), "-0.50 USD");
    }

    #[test]
    fn trend_parts_are_rounded_to_one_decimal() {
        for (change_bp, direction, percent) in [
            (420, Direction::Up, "4.2 %"),
            (-1_255, Direction::Down, "12.6 %"),
            (0, Direction::Level, "0.0 %"),
            (4, Direction::Level, "0.0 %"),
            (-5, Direction::Down, "0.1 %"),
        ] {
            assert_eq!(Trend::relative(change_bp).parts(), Some((direction, percent.to_owned())));
        }
        assert_eq!(Trend::in_points(-4).parts(), Some((Direction::Down, "0.04 pts".to_owned())));
        assert_eq!(Trend::in_points(0).parts(), Some((Direction::Level, "0.00 pts".to_owned())));
        assert_eq!(Trend::Unknown.parts(), None);
    }

    #[test]
    fn stats_serialize_to_stable_json() {
        let trend = Trend::relative(420);
        let captured_at = DateTime::from_timestamp(1_768_478_400, 0).expect("valid timestamp");
        let coverage = Some(Coverage { known: 25, total: 30 });
        let views = KnownFigure { value: 12, unit: Unit::Count, currency: None, captured_at, coverage, accounts: None, trend };
        let rate = KnownFigure { unit: Unit::BasisPoints, trend: Trend::Unknown, coverage: None, ..views };
        let stats = HomeStats {
            range: StatsRange::Week,
            until: NaiveDate::default(),
            audience: Figure::Pending,
            views: Figure::Known(views),
            engagement_rate: Figure::Known(rate),
            revenue: Figure::Unsupported,
            other_revenue: Vec::new(),
            is_backfilling: true,
        };
        insta::assert_json_snapshot!(stats);
        let back: HomeStats = serde_json::from_value(serde_json::to_value(&stats).expect("JSON")).expect("deserializes");
        assert_eq!(back, stats);
    }

    proptest! {
        #[test]
        fn unknown_figure_contains_no_digit(index in 0_usize..3) {
            let figure = [Figure::Pending, Figure::Unsupported, Figure::Refused][index];
            prop_assert!(!figure.text().chars().any(char::is_numeric));
            let wire = serde_json::to_string(&figure).expect("JSON");
            prop_assert!(!wire.contains("value") && !wire.chars().any(char::is_numeric), "{}", wire);
        }

        #[test]
        fn text_of_count_keeps_all_digits(value: i64) {
            let digits: String = known(value, Unit::Count).text().chars().filter(char::is_ascii_digit).collect();
            prop_assert_eq!(digits, value.unsigned_abs().to_string());
        }

        #[test]
        fn trend_parts_of_any_known_change_exist(change_bp: i64) {
            let parts = Trend::relative(change_bp).parts();
            prop_assert!(parts.is_some());
        }
    }
}
