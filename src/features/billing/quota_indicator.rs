use huntaze_domain::{billing::QuotaView, page::Page};
use huntaze_texts::Text;
use leptos::prelude::*;

use crate::{
    api::{ai::get_ai_status, billing::get_ai_quota},
    error::ApiError,
    features::billing::css,
    ui::a11y::VisuallyHidden,
};

/// Monthly AI quota; `None` if AI is not configured. Loaded once by the shell, and refetched by the pages that use requests.
type QuotaResource = Resource<Result<Option<QuotaView>, ApiError>>;

/// Number of AI requests used this month, the quota, and the day on which it renews.
#[component]
pub fn QuotaIndicator() -> impl IntoView {
    let quota: QuotaResource = Resource::new(|| (), |()| load());
    provide_context(quota);
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match quota.await {
                    Ok(Some(quota)) => view! { <Quota quota/> }.into_any(),
                    Ok(None) => view! { <p class=css::quota><a href=Page::Assistant.path()>"AI is not set up"</a></p> }.into_any(),
                    Err(_) => ().into_any(),
                }
            })}
        </Transition>
    }
}

/// Refetches the quota each time `times`, the number of completed AI requests, changes to a value above 0.
pub fn refetch_quota_after(times: impl Fn() -> usize + 'static) {
    let quota = use_context::<QuotaResource>();
    Effect::new(move || {
        let was_done = times() > 0;
        if let Some(quota) = quota
            && was_done
        {
            quota.refetch();
        }
    });
}

async fn load() -> Result<Option<QuotaView>, ApiError> {
    if get_ai_status().await?.is_available { get_ai_quota().await.map(Some) } else { Ok(None) }
}

#[component]
fn Quota(quota: QuotaView) -> impl IntoView {
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
