use chrono::NaiveDate;
use huntaze_domain::{
    analytics::figures::{Figure, HomeStats, KnownFigure, Metric, StatsRange, Trend, UNKNOWN},
    money::Money,
    page::Page,
    platform::Platform,
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::css;
use crate::{
    features::time::RelativeTime,
    ui::{
        a11y::VisuallyHidden,
        segmented_links::{SegmentedLink, SegmentedLinks},
    },
};

/// The four figures, each with its trend and capture time, or with the reason why it is unknown.
#[component]
pub fn Figures(
    /// Figures of the period.
    stats: HomeStats,
    /// Platforms that the figures come from.
    platforms: Vec<Platform>,
    /// Whether they are those of one account, which have no earnings.
    #[prop(optional)]
    is_one_account: bool,
) -> impl IntoView {
    view! {
        <section aria-labelledby="figures">
        <h2 id="figures"><VisuallyHidden>"Figures"</VisuallyHidden></h2>
        <ul class=css::stats>
            {stats
                .figures()
                .into_iter()
                .map(|(metric, figure)| {
                    let note = match figure {
                        Figure::Known(known) => {
                            let source = match metric {
                                Metric::Revenue => view! { <RevenueSource others=stats.other_revenue.clone()/> }.into_any(),
                                _ => view! { <UnsupportedNote metric platforms=platforms.clone()/> }.into_any(),
                            };
                            view! { <KnownNote metric known range=stats.range until=stats.until>{source}</KnownNote> }.into_any()
                        }
                        Figure::Unsupported if metric == Metric::Revenue && !is_one_account => view! {
                            <p class=css::note><a href=Page::Earnings.path()>"Import a statement"</a> " to see your earnings."</p>
                        }
                        .into_any(),
                        _ => view! { <p class=css::note>{reason(metric, figure, &platforms, stats.is_backfilling)}</p> }.into_any(),
                    };
                    view! {
                        <li class=css::stat>
                            <h3 class=css::label>{metric.text()}</h3>
                            <p class=css::value data-state=state(figure) data-long=is_long(figure).then_some("true")>{value(figure)}</p>
                            {note}
                        </li>
                    }
                })
                .collect_view()}
        </ul>
        </section>
    }
}

fn value(figure: Figure) -> AnyView {
    match figure {
        Figure::Known(_) => figure.text().into_any(),
        Figure::Pending | Figure::Unsupported | Figure::Refused => view! {
            <span aria-hidden="true">{UNKNOWN}</span>
            <VisuallyHidden>"unknown"</VisuallyHidden>
        }
        .into_any(),
    }
}

/// Whether a value is written smaller, so that it does not wrap in a narrow card.
fn is_long(figure: Figure) -> bool {
    figure.text().chars().count() > 9
}

const fn state(figure: Figure) -> &'static str {
    match figure {
        Figure::Known(_) => "known",
        Figure::Pending | Figure::Unsupported | Figure::Refused => "unknown",
    }
}

#[component]
fn KnownNote(metric: Metric, known: KnownFigure, range: StatsRange, until: NaiveDate, children: Children) -> impl IntoView {
    let trend = match known.trend.parts() {
        Some((direction, percent)) => view! {
            <p class=css::trend data-direction=direction.word()>
                <span aria-hidden="true">{direction.symbol()}</span>
                <VisuallyHidden>{direction.word()}</VisuallyHidden>
                {format!(" {percent} vs previous {}", range.text())}
            </p>
        }
        .into_any(),
        None => view! { <p class=css::note>"No trend yet: there is not enough to compare."</p> }.into_any(),
    };
    let compared = match known.trend {
        Trend::Known { compared, .. } => compared,
        Trend::Unknown => None,
    };
    view! {
        {trend}
        {compared.map(|accounts| view! { <p class=css::note>{format!("Compared across {} of {} accounts", accounts.known, accounts.total)}</p> })}
        {basis(metric, &known, range).map(|basis| view! { <p class=css::note>{basis}</p> })}
        {children()}
        {(metric != Metric::Audience).then(|| view! { <p class=css::note>{format!("Until {}", until.pred_opt().unwrap_or(until))}</p> })}
        <p class=css::note>"Updated " <RelativeTime time=known.captured_at/></p>
    }
}

/// Says what an incomplete figure is based on.
fn basis(metric: Metric, known: &KnownFigure, range: StatsRange) -> Option<String> {
    let (coverage, days) = (known.coverage?, u32::from(range.days()));
    Some(match known.accounts {
        Some(accounts) if coverage.known == accounts.known * days => format!("Based on {} of {} accounts", accounts.known, accounts.total),
        Some(accounts) => format!("Based on {} of {} accounts, with days missing", accounts.known, accounts.total),
        None if metric == Metric::Audience => format!("Based on {} of {} accounts", coverage.known, coverage.total),
        None if coverage.total > days => "Based on all accounts, with days missing".to_owned(),
        None => format!("Based on {} of {} days", coverage.known, coverage.total),
    })
}

/// Note with the platforms that do not report the metric.
#[component]
fn UnsupportedNote(metric: Metric, platforms: Vec<Platform>) -> impl IntoView {
    let without: Vec<_> = platforms.into_iter().filter(|platform| !metric.is_reported_by(*platform)).collect();
    (!without.is_empty()).then(|| {
        let reason = match (metric, without.len()) {
            (Metric::EngagementRate, 1) => ", which does not report reach",
            (Metric::EngagementRate, _) => ", which do not report reach",
            _ => "",
        };
        view! { <p class=css::note>{format!("Without {}{reason}", names(&without))}</p> }
    })
}

/// Note on revenue: amounts in other currencies, which are not part of the figure, and a link to the earnings.
#[component]
fn RevenueSource(others: Vec<Money>) -> impl IntoView {
    let others: Vec<_> = others.iter().map(ToString::to_string).collect();
    view! {
        {(!others.is_empty()).then(|| view! { <p class=css::note>{format!("And {}", others.join(" and "))}</p> })}
        <p class=css::note>"From " <a href=Page::Earnings.path()>"your earnings"</a></p>
    }
}

/// Returns why a figure is unknown.
fn reason(metric: Metric, figure: Figure, platforms: &[Platform], is_backfilling: bool) -> String {
    match figure {
        Figure::Refused => "You did not allow Huntaze to read this. Reconnect to allow it.".to_owned(),
        Figure::Unsupported => {
            let (names, verb) = match platforms {
                [] => ("No connected platform".to_owned(), "reports"),
                [_] => (names(platforms), "does not report"),
                [_, ..] => (names(platforms), "do not report"),
            };
            format!("{names} {verb} {}", metric.text().to_lowercase())
        }
        Figure::Pending | Figure::Known(_) if is_backfilling => "Fetching your history…".to_owned(),
        Figure::Pending | Figure::Known(_) => "Nothing is known of this period.".to_owned(),
    }
}

/// Joins the names of platforms: `Instagram, TikTok and X`.
fn names(platforms: &[Platform]) -> String {
    match platforms.iter().map(|platform| platform.text()).collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Links that select the period of the figures.
#[component]
pub fn RangePicker(
    /// Selected period.
    range: StatsRange,
) -> impl IntoView {
    let choice = move |choice: &'static StatsRange| {
        let current = range == *choice;
        view! { <SegmentedLink href=Page::Home.link(&[("range", &choice.as_str())]) current>{choice.text()}</SegmentedLink> }
    };
    view! { <SegmentedLinks label="Period">{StatsRange::ALL.iter().map(choice).collect_view()}</SegmentedLinks> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsupported_reason_names_platforms() {
        let text = |platforms: &[Platform]| reason(Metric::Revenue, Figure::Unsupported, platforms, false);
        assert_eq!(text(&[Platform::Instagram]), "Instagram does not report revenue");
        assert_eq!(text(&[Platform::Instagram, Platform::Reddit, Platform::X]), "Instagram, Reddit and X do not report revenue");
        assert_eq!(text(&[]), "No connected platform reports revenue");
    }

    #[test]
    fn unknown_figure_renders_without_number() {
        for figure in [Figure::Pending, Figure::Unsupported, Figure::Refused] {
            let stats = HomeStats {
                range: StatsRange::Month,
                until: NaiveDate::default(),
                audience: figure,
                views: figure,
                engagement_rate: figure,
                revenue: figure,
                other_revenue: Vec::new(),
                is_backfilling: true,
            };
            let html = crate::render::to_html(|| view! { <Figures stats platforms=vec![Platform::Instagram]/> });
            let values: Vec<_> = html.split("data-state=\"unknown\"").skip(1).filter_map(|rest| rest.split("</p>").next()).collect();
            assert_eq!(values.len(), 4, "{html}");
            for value in values {
                let text: String = value.split('<').filter_map(|part| part.split('>').nth(1)).collect();
                assert!(text.contains("—") && text.contains("unknown") && !text.contains(char::is_numeric), "{value}");
            }
        }
    }
}
