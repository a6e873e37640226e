use huntaze_domain::{billing::QuotaView, page::Page};
use huntaze_texts::Text;
use leptos::prelude::*;

use crate::{
    features::{billing::css, part::Part},
    islands::AIQuotaIndicator,
    ui::a11y::VisuallyHidden,
};

/// Number of AI requests used this month, the quota, and the day on which it renews.
#[component]
pub fn Quota(
    /// Quota of the user; `None` if AI is not configured.
    quota: Option<QuotaView>,
) -> impl IntoView {
    let content = match quota {
        Some(quota) => view! { <Used quota/> }.into_any(),
        None => view! { <p class=css::quota><a href=Page::Assistant.path()>"AI is not set up"</a></p> }.into_any(),
    };
    view! { <AIQuotaIndicator><Part name="quota">{content}</Part></AIQuotaIndicator> }
}

#[component]
fn Used(quota: QuotaView) -> impl IntoView {
    let (text, level) = match quota.limit {
        Some(limit) => (format!("{} of {limit}", quota.used), QuotaLevel::of(quota.used, limit)),
        None => (quota.used.to_string(), QuotaLevel::Normal),
    };
    // Quota months are UTC months. In a local time zone the renewal could fall on the last day of the previous month.
    let day = quota.renews_at.format("%b %-d").to_string();
    view! {
        <p class=css::quota data-level=level.word()>
            <span aria-hidden="true">"AI "</span>
            <VisuallyHidden>{format!("{} plan. AI requests used this month: ", quota.plan.text())}</VisuallyHidden>
            {text}
            " "
            <span class=css::renews>{level.beginning()} <time datetime=quota.renews_at.to_rfc3339()>{day}</time></span>
        </p>
    }
}

/// Share of the monthly quota that is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum QuotaLevel {
    /// Less than 80 %.
    Normal,
    /// At least 80 %.
    Near,
    /// The whole quota.
    Over,
}

impl QuotaLevel {
    const fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Near => "near",
            Self::Over => "over",
        }
    }

    /// Returns the text in front of the renewal day.
    const fn beginning(self) -> &'static str {
        match self {
            Self::Normal => "Renews ",
            Self::Near => "Almost used up, renews ",
            Self::Over => "Used up, renews ",
        }
    }

    const fn of(used: i64, limit: i64) -> Self {
        if used >= limit {
            Self::Over
        } else if used * 100 >= limit * 80 {
            Self::Near
        } else {
            Self::Normal
        }
    }
}

#[cfg(test)]
mod tests {
    use super::QuotaLevel::{self, Near, Normal, Over};

    #[test]
    fn quota_level_is_near_from_80_and_over_from_100_percent() {
        assert_eq!([0, 79, 80, 99, 100].map(|used| QuotaLevel::of(used, 100)), [Normal, Normal, Near, Near, Over]);
    }
}
