//! Suggested questions for the assistant, derived from the user's metrics.

use huntaze_domain::{
    analytics::figures::{Direction, Figure, HomeStats, Metric, StatsRange},
    ids::UserId,
};

use crate::{Core, db::DbError, services::analytics::home};

/// Maximum number of suggestions.
const MAX_SUGGESTIONS: usize = 4;

/// Returns suggested questions, the most important first.
pub async fn suggestions(core: &Core, user_id: UserId) -> Result<Vec<String>, DbError> {
    Ok(suggest(&home::stats(core, user_id, StatsRange::Month, None).await?))
}

fn suggest(stats: &HomeStats) -> Vec<String> {
    if !stats.has_figures() {
        return ["Which platform should I connect first?", "What can you help me with?"].map(ToOwned::to_owned).into();
    }
    let mut questions = Vec::new();
    let mut moved: Vec<_> = stats.figures().into_iter().filter_map(|(metric, figure)| Some((metric, direction(figure)?))).collect();
    // Falling metrics come first.
    moved.sort_by_key(|(_, direction)| *direction != Direction::Down);
    for (metric, direction) in moved {
        let subject = match metric {
            Metric::Audience => "audience",
            Metric::Views => "views",
            Metric::EngagementRate => "engagement rate",
            Metric::Revenue => "revenue",
        };
        match direction {
            Direction::Down => questions.push(format!("Why did my {subject} fall in the last 30 days?")),
            Direction::Up => questions.push(format!("What made my {subject} grow in the last 30 days?")),
            Direction::Level => {}
        }
    }
    if matches!(stats.revenue, Figure::Known(_)) {
        questions.push("How can I earn more from the fans I have?".to_owned());
    }
    questions.push("Which of my posts did best, and what do they have in common?".to_owned());
    questions.push("Give me ideas for my next posts.".to_owned());
    questions.truncate(MAX_SUGGESTIONS);
    questions
}

fn direction(figure: Figure) -> Option<Direction> {
    match figure {
        Figure::Known(known) => known.trend.parts().map(|(direction, _)| direction),
        Figure::Pending | Figure::Unsupported | Figure::Refused => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate};

    use super::*;
    use huntaze_domain::analytics::figures::{KnownFigure, Trend, Unit};

    fn stats(audience: Figure, views: Figure) -> HomeStats {
        HomeStats {
            range: StatsRange::Month,
            until: NaiveDate::default(),
            audience,
            views,
            engagement_rate: Figure::Unsupported,
            revenue: Figure::Pending,
            other_revenue: Vec::new(),
            is_backfilling: false,
        }
    }

    fn known(change_bp: i64) -> Figure {
        let (captured_at, trend) = (DateTime::default(), Trend::relative(change_bp));
        Figure::Known(KnownFigure { value: 1, unit: Unit::Count, currency: None, captured_at, coverage: None, accounts: None, trend })
    }

    #[test]
    fn suggestions_list_falling_metrics_first() {
        insta::assert_debug_snapshot!(suggest(&stats(known(500), known(-500))), @r#"
        [
            "Why did my views fall in the last 30 days?",
            "What made my audience grow in the last 30 days?",
            "Which of my posts did best, and what do they have in common?",
            "Give me ideas for my next posts.",
        ]
        "#);
        assert_eq!(suggest(&stats(Figure::Pending, Figure::Unsupported))[0], "Which platform should I connect first?");
    }
}
