//! Analytics: daily figures, posts and AI explanations.

mod chart;
mod explain;
pub mod home;
mod pickers;
mod posts_table;
mod query;

pub use explain::Explain;
use huntaze_domain::{
    analytics::{Analytics, Series, figures::Figure},
    page::Page,
    platform::Platform,
    string_enum::StringEnum,
};
use leptos::prelude::*;

use crate::{
    features::analytics::home::Figures,
    ui::{
        button::{ButtonLink, ButtonVariant},
        card::{Card, CardBody, CardHeader},
    },
};

pub use pickers::{AccountPicker, PeriodPicker};
pub use posts_table::PostsTable;
pub use query::AnalyticsQuery;

stylance::import_crate_style!(css, "src/features/analytics/analytics.module.css");

/// Figures of the period compared with the previous one, and a daily chart for each series.
#[component]
pub fn Overview(
    /// Figures, days and accounts of the period.
    analytics: Analytics,
    /// Current query; determines the link to the CSV export.
    query: AnalyticsQuery,
) -> impl IntoView {
    let mut platforms: Vec<_> = analytics
        .accounts
        .iter()
        .filter(|account| analytics.integration_id.map_or(account.is_connected, |id| id == account.id))
        .map(|account| account.provider)
        .collect();
    platforms.sort_unstable();
    platforms.dedup();
    let (currency, is_one_account) = (analytics.currency, analytics.integration_id.is_some());
    let is_followed = matches!(analytics.stats.audience, Figure::Known(_));
    let series = Series::ALL.iter().copied().filter(|series| *series != Series::Revenue || currency.is_some());
    let charts = series.map(|series| chart::Chart(chart::ChartProps { series, days: analytics.days.clone(), currency, is_followed }));
    let charts: Vec<_> = charts.map(IntoView::into_view).collect();
    let has_youtube = platforms.contains(&Platform::Youtube);
    view! {
        <Figures stats=analytics.stats platforms is_one_account/>
        <section aria-labelledby="days" class=css::section>
            <div class=css::head>
                <h2 id="days">"Day by day"</h2>
                <a href=query.export("days.csv") download="">"Download days (CSV)"</a>
            </div>
            <p class=css::scale>{if has_youtube { "Days are UTC; those of YouTube are Pacific Time." } else { "Days are UTC." }}</p>
            <div class=css::charts>{charts}</div>
        </section>
    }
}

/// Empty state that prompts the user to connect an account.
#[component]
pub fn EmptyState() -> impl IntoView {
    view! {
        <Card>
            <CardHeader>
                <h2>"Nothing to look at yet"</h2>
            </CardHeader>
            <CardBody>
                <p>"Connect an account, and its days and posts appear here."</p>
                <div><ButtonLink href=Page::Integrations.path() variant=ButtonVariant::Primary>"Connect an account"</ButtonLink></div>
            </CardBody>
        </Card>
    }
}
