use huntaze_domain::{ai::QuotaView, choice::Choice, navigation::ASSISTANT};
use leptos::prelude::*;

use super::css;
use crate::{
    api::ai::{get_ai_quota, get_ai_setup},
    error::ApiError,
    ui::a11y::ScreenReaderOnly,
};

/// How much of the month's requests is used, where there is AI: loaded once by the shell, and again by the pages that use some.
type QuotaResource = Resource<Result<Option<QuotaView>, ApiError>>;

/// How much of the month's AI requests is used.
#[component]
pub fn QuotaIndicator() -> impl IntoView {
    let quota: QuotaResource = Resource::new(|| (), |()| load());
    provide_context(quota);
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match quota.await {
                    Ok(Some(quota)) => view! { <Quota quota/> }.into_any(),
                    Ok(None) => view! { <p class=css::quota><a href=ASSISTANT>"AI is not set up"</a></p> }.into_any(),
                    Err(_) => ().into_any(),
                }
            })}
        </Transition>
    }
}

/// Reads how much is used once more, each time something that uses it was done: `times` says how often.
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
    if get_ai_setup().await?.is_available { get_ai_quota().await.map(Some) } else { Ok(None) }
}

#[component]
fn Quota(quota: QuotaView) -> impl IntoView {
    let (text, level) = match quota.limit {
        Some(limit) => (format!("{} of {limit}", quota.used), Level::of(quota.used, limit)),
        None => (quota.used.to_string(), Level::Normal),
    };
    // A month is one of UTC, wherever the creator is: its first day is not the last of another one.
    let day = quota.renews_at.format("%b %-d").to_string();
    view! {
        <p class=css::quota data-level=level.word()>
            <span aria-hidden="true">"AI "</span>
            <ScreenReaderOnly>{format!("{} plan. AI requests used this month: ", quota.plan.label())}</ScreenReaderOnly>
            {text}
            " "
            <span class=css::renews>{level.beginning()} <time datetime=quota.renews_at.to_rfc3339()>{day}</time></span>
        </p>
    }
}

/// How near the end of a month's requests is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// There are enough.
    Normal,
    /// From 80 % on.
    Near,
    /// None is left.
    Over,
}

impl Level {
    const fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Near => "near",
            Self::Over => "over",
        }
    }

    /// What is said before the day on which they renew.
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
    use super::Level::{self, Near, Normal, Over};

    #[test]
    fn the_end_is_seen_coming() {
        assert_eq!([0, 79, 80, 99, 100].map(|used| Level::of(used, 100)), [Normal, Normal, Near, Near, Over]);
    }
}
