use leptos::prelude::*;

use super::css;
use crate::{
    api::ai::{get_ai_quota, get_ai_setup},
    domain::{ai::QuotaView, choice::Choice},
    error::ApiError,
    hooks::time::LocalTime,
    ui::a11y::ScreenReaderOnly,
};

/// How much of the month's requests is used, where there is AI: loaded once by the shell, and again by the pages that use some.
pub type QuotaResource = Resource<Result<Option<QuotaView>, ApiError>>;

/// How much of the month's AI requests is used.
#[component]
pub fn QuotaIndicator() -> impl IntoView {
    let quota: QuotaResource = Resource::new(|| (), |()| load());
    provide_context(quota);
    view! {
        <Transition>
            {move || Suspend::new(async move { quota.await.ok().flatten().map(|quota| view! { <Quota quota/> }) })}
        </Transition>
    }
}

async fn load() -> Result<Option<QuotaView>, ApiError> {
    if get_ai_setup().await?.is_available { get_ai_quota().await.map(Some) } else { Ok(None) }
}

#[component]
fn Quota(quota: QuotaView) -> impl IntoView {
    let (text, level) = match quota.limit {
        Some(limit) => (format!("{} of {limit}", quota.used), level(quota.used, limit)),
        None => (quota.used.to_string(), "normal"),
    };
    view! {
        <p class=css::quota data-level=level>
            <span aria-hidden="true">"AI "</span>
            <ScreenReaderOnly>{format!("{} plan. AI requests used this month: ", quota.plan.label())}</ScreenReaderOnly>
            {text}
            <ScreenReaderOnly>", renews " <LocalTime time=quota.renews_at/></ScreenReaderOnly>
        </p>
    }
}

/// From 80 % on it is near its end.
const fn level(used: i64, limit: i64) -> &'static str {
    if used >= limit {
        "over"
    } else if used * 100 >= limit * 80 {
        "near"
    } else {
        "normal"
    }
}

#[cfg(test)]
mod tests {
    use super::level;

    #[test]
    fn the_end_is_seen_coming() {
        assert_eq!(
            [level(0, 100), level(79, 100), level(80, 100), level(99, 100), level(100, 100)],
            ["normal", "normal", "near", "near", "over"]
        );
    }
}
