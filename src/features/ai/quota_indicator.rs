use leptos::prelude::*;

use super::css;
use crate::{
    api::ai::{get_ai_quota, get_ai_setup},
    domain::{
        ai::QuotaView,
        choice::{Choice, choices},
        navigation::ASSISTANT,
    },
    error::ApiError,
    hooks::time::LocalTime,
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
    view! {
        <p class=css::quota data-level=level.as_str()>
            <span aria-hidden="true">"AI "</span>
            <ScreenReaderOnly>{format!("{} plan. AI requests used this month: ", quota.plan.label())}</ScreenReaderOnly>
            {text}
            " "
            <span class=css::renews>{level.label()} " " <LocalTime time=quota.renews_at day_only=true/></span>
        </p>
    }
}

choices! {
    /// How near the end of a month's requests is, and what is said of it before the day on which they renew.
    Level {
        /// There are enough.
        Normal = "normal", "Renews";
        /// From 80 % on.
        Near = "near", "Almost used up, renews";
        /// None is left.
        Over = "over", "Used up, renews";
    }
}

impl Level {
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
