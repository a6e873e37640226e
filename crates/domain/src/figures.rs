//! Figures that never lie: an unknown has no number, so that no path can print one.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    choice::choices,
    money::{Currency, Money},
    platform::Platform,
};

/// What stands in the place of an unknown.
pub const UNKNOWN: &str = "—";

/// What is known of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum Figure {
    /// It was read.
    Known(KnownFigure),
    /// It was not read yet.
    Pending,
    /// No connected platform reports it.
    Unsupported,
    /// The creator did not allow it to be read.
    Refused,
}

/// A figure that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KnownFigure {
    /// In its unit.
    pub value: i64,
    /// What the value counts.
    pub unit: Unit,
    /// Of [`Unit::Minor`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// When it was read: the newest day of it, or for [`Metric::Audience`] the oldest account.
    pub captured_at: DateTime<Utc>,
    /// How much of the period it covers, where that is not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// Against the period before.
    pub trend: Trend,
}

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Unit {
    /// People or things.
    Count,
    /// Hundredths of a percent.
    BasisPoints,
    /// Minor units of a currency.
    Minor,
}

/// So many of so many: accounts for [`Metric::Audience`], else days over all accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// Those with a figure.
    pub known: u32,
    /// Those there are.
    pub of: u32,
}

/// A period against the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Trend {
    /// Both periods are complete.
    Known {
        /// Relative change in basis points.
        change_bp: i64,
    },
    /// A day is missing, or the period before was 0.
    Unknown,
}

choices! {
    /// How far back. In whole UTC days, today not among them.
    #[derive(Default)]
    StatsRange {
        /// A week.
        Week = "7d", "7 days";
        /// A month.
        #[default]
        Month = "30d", "30 days";
        /// A quarter.
        Quarter = "90d", "90 days";
    }
}

impl StatsRange {
    /// How many days.
    pub const fn days(self) -> u16 {
        match self {
            Self::Week => 7,
            Self::Month => 30,
            Self::Quarter => 90,
        }
    }
}

choices! {
    /// What is measured.
    Metric {
        /// Followers, at the end of the period.
        Audience = "audience", "Audience";
        /// How often content was seen in the period.
        Views = "views", "Views";
        /// Interactions in the period, divided by the accounts reached.
        EngagementRate = "engagementRate", "Engagement rate";
        /// Money earned in the period.
        Revenue = "revenue", "Revenue";
    }
}

impl Metric {
    /// Whether a platform tells it at all. TikTok, Reddit and X do not say how many accounts were reached, Reddit does not say how often
    /// a post was seen, and YouTube has no reach.
    pub const fn is_reported_by(self, platform: Platform) -> bool {
        match self {
            Self::Audience => !matches!(platform, Platform::Onlyfans),
            Self::Views => !matches!(platform, Platform::Reddit | Platform::Onlyfans),
            Self::EngagementRate => matches!(platform, Platform::Instagram),
            Self::Revenue => false,
        }
    }
}

/// `GET /api/home/stats`: over all of a creator's accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HomeStats {
    /// How far back.
    pub range: StatsRange,
    /// The day after the period's last, UTC: platforms tell of a day when it is over, some of them days later.
    pub until: NaiveDate,
    /// See [`Metric::Audience`].
    pub audience: Figure,
    /// See [`Metric::Views`].
    pub views: Figure,
    /// See [`Metric::EngagementRate`].
    pub engagement_rate: Figure,
    /// See [`Metric::Revenue`].
    pub revenue: Figure,
    /// What was earned besides, in other currencies: nothing is converted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_revenue: Vec<Money>,
    /// Whether more of the history is on its way.
    pub is_fetching: bool,
}

impl HomeStats {
    /// Each figure with what it measures, in the order of the screen.
    pub const fn figures(&self) -> [(Metric, Figure); 4] {
        [
            (Metric::Audience, self.audience),
            (Metric::Views, self.views),
            (Metric::EngagementRate, self.engagement_rate),
            (Metric::Revenue, self.revenue),
        ]
    }

    /// Whether anything was read yet.
    pub fn has_figures(&self) -> bool {
        self.figures().iter().any(|(_, figure)| matches!(figure, Figure::Known(_)))
    }
}

impl Figure {
    /// What stands on the screen: `12,400`, `4.25 %`, `1500.50 USD`, or [`UNKNOWN`].
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

/// Where a figure goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// More than before.
    Up,
    /// As before.
    Level,
    /// Less than before.
    Down,
}

impl Direction {
    /// For those who see.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Up => "▲",
            Self::Level => "=",
            Self::Down => "▼",
        }
    }

    /// For those who listen, and for the style.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Level => "level",
            Self::Down => "down",
        }
    }
}

impl Trend {
    /// Which way, and how far: `4.2 %`. Nothing where it is unknown.
    pub fn parts(self) -> Option<(Direction, String)> {
        let Self::Known { change_bp } = self else { return None };
        // To a tenth, rounded half up; what rounds to nothing is none.
        let tenths = (change_bp.unsigned_abs() + 5) / 10;
        let direction = match change_bp {
            _ if tenths == 0 => Direction::Level,
            1.. => Direction::Up,
            _ => Direction::Down,
        };
        Some((direction, format!("{}.{} %", tenths / 10, tenths % 10)))
    }
}

/// Hundredths of a percent: `4.25 %`.
pub fn percent(basis_points: i64) -> String {
    format!("{} %", hundredths(basis_points))
}

/// Thousands in groups: `12,400`.
pub fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = if value < 0 { "-".to_owned() } else { String::new() };
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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
        Figure::Known(KnownFigure { value, unit, currency: None, captured_at, coverage: None, trend: Trend::Unknown })
    }

    #[test]
    fn figures_read_as_people_write_them() {
        assert_eq!(known(0, Unit::Count).text(), "0");
        assert_eq!(known(999, Unit::Count).text(), "999");
        assert_eq!(known(1_234_567, Unit::Count).text(), "1,234,567");
        assert_eq!(known(-12_400, Unit::Count).text(), "-12,400");
        assert_eq!(known(425, Unit::BasisPoints).text(), "4.25 %");
        assert_eq!(known(150_050, Unit::Minor).text(), "1,500.50 USD");
        assert_eq!(known(-50, Unit::Minor).text(), "-0.50 USD");
    }

    #[test]
    fn a_trend_is_rounded_to_a_tenth() {
        for (change_bp, direction, percent) in [
            (420, Direction::Up, "4.2 %"),
            (-1_255, Direction::Down, "12.6 %"),
            (0, Direction::Level, "0.0 %"),
            (4, Direction::Level, "0.0 %"),
            (-5, Direction::Down, "0.1 %"),
        ] {
            assert_eq!(Trend::Known { change_bp }.parts(), Some((direction, percent.to_owned())));
        }
        assert_eq!(Trend::Unknown.parts(), None);
    }

    #[test]
    fn the_wire_shape_is_fixed() {
        let trend = Trend::Known { change_bp: 420 };
        let captured_at = DateTime::from_timestamp(1_768_478_400, 0).expect("a time");
        let coverage = Some(Coverage { known: 25, of: 30 });
        let views = KnownFigure { value: 12, unit: Unit::Count, currency: None, captured_at, coverage, trend };
        let rate = KnownFigure { unit: Unit::BasisPoints, trend: Trend::Unknown, coverage: None, ..views };
        let stats = HomeStats {
            range: StatsRange::Week,
            until: NaiveDate::default(),
            audience: Figure::Pending,
            views: Figure::Known(views),
            engagement_rate: Figure::Known(rate),
            revenue: Figure::Unsupported,
            other_revenue: Vec::new(),
            is_fetching: true,
        };
        insta::assert_json_snapshot!(stats);
        let back: HomeStats = serde_json::from_value(serde_json::to_value(&stats).expect("JSON")).expect("the same");
        assert_eq!(back, stats);
    }

    proptest! {
        #[test]
        fn an_unknown_never_shows_a_number(index in 0_usize..3) {
            let figure = [Figure::Pending, Figure::Unsupported, Figure::Refused][index];
            prop_assert!(!figure.text().chars().any(char::is_numeric));
            let wire = serde_json::to_string(&figure).expect("JSON");
            prop_assert!(!wire.contains("value") && !wire.chars().any(char::is_numeric), "{}", wire);
        }

        #[test]
        fn a_known_count_loses_no_digit(value: i64) {
            let digits: String = known(value, Unit::Count).text().chars().filter(char::is_ascii_digit).collect();
            prop_assert_eq!(digits, value.unsigned_abs().to_string());
        }

        #[test]
        fn any_trend_can_be_shown(change_bp: i64) {
            let parts = Trend::Known { change_bp }.parts();
            prop_assert!(parts.is_some());
        }
    }
}
