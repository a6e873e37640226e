use std::fmt::Write as _;

use huntaze_domain::{
    analytics::{AnalyticsDay, DailyValue, Series, figures::UNKNOWN},
    money::{Currency, Money, grouped},
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::css;
use crate::ui::table::Table;

/// Size of the chart in SVG user units; it is stretched to the available width.
const WIDTH: i64 = 600;
const HEIGHT: i64 = 160;
/// Free space at the top and at the bottom, in SVG user units.
const MARGIN: i64 = 8;

/// Line chart of the daily values, with gaps where they are unknown, and the same data as a table.
#[component]
pub(super) fn Chart(
    series: Series,
    days: Vec<AnalyticsDay>,
    currency: Option<Currency>,
    /// Whether the number of followers of today is known. Their daily history begins with the connection.
    is_followed: bool,
) -> impl IntoView {
    let unit = ValueUnit(currency.filter(|_| series == Series::Revenue));
    // Followers are known from the connection on.
    let is_known = |day: &AnalyticsDay| series != Series::Audience || day.audience.value.is_some();
    let first = days.iter().position(is_known).unwrap_or_default();
    let figures: Vec<_> = days[first..].iter().map(|day| series.of(day)).collect();
    let plot = Plot::of(&figures, series != Series::Audience);
    let drawing = match &plot {
        Some(plot) => view! {
            <svg
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                preserveAspectRatio="none"
                class=css::plot
                role="img"
                aria-label=summary(series, &days[first..], plot, unit)
            >
                <path d=plot.line.clone() class=css::line></path>
                <path d=plot.partial.clone() class=css::dots></path>
            </svg>
            <p class=css::scale>
                <span>{format!("{} – {}", unit.text(plot.low), unit.text(plot.high))}</span>
                {(first > 0).then(|| view! { <span>{format!("Since {}", days[first].day)}</span> })}
                {(!plot.partial.is_empty()).then(|| view! { <span>"Dots: not all accounts are known"</span> })}
            </p>
        }
        .into_any(),
        None if series == Series::Audience && is_followed => {
            view! { <p class=css::scale>"Daily history begins when you connect, and grows by a day each day."</p> }.into_any()
        }
        None => view! { <p class=css::scale>"Nothing is known of this period yet."</p> }.into_any(),
    };
    view! {
        <section class=css::chart>
            <h3>{series.text()}</h3>
            {drawing}
            <details>
                <summary>{format!("{} as a table", series.text())}</summary>
                <Table label=format!("{} by day", series.text()) numbers=true>
                    <thead><tr><th scope="col">"Day"</th><th scope="col">{series.text()}</th></tr></thead>
                    <tbody>{days.into_iter().map(|day| view! { <Row series day unit/> }).collect_view()}</tbody>
                </Table>
            </details>
        </section>
    }
}

#[component]
fn Row(series: Series, day: AnalyticsDay, unit: ValueUnit) -> impl IntoView {
    let figure = series.of(&day);
    let value = figure.value.map_or_else(|| UNKNOWN.to_owned(), |value| unit.text(value));
    let part = figure.is_partial().then(|| format!(" ({} of {} accounts)", figure.known, figure.total));
    view! { <tr><th scope="row">{day.day.to_string()}</th><td>{value}{part}</td></tr> }
}

/// Unit of the values: minor units of a currency; `None` for counts.
#[derive(Clone, Copy)]
struct ValueUnit(Option<Currency>);

impl ValueUnit {
    fn text(self, value: i64) -> String {
        match self.0 {
            Some(currency) => Money { minor: value, currency }.to_string(),
            None => grouped(value),
        }
    }
}

/// Describes the chart in words, for screen readers.
fn summary(series: Series, days: &[AnalyticsDay], plot: &Plot, unit: ValueUnit) -> String {
    let known = days.iter().filter(|day| series.of(day).value.is_some()).count();
    let (from, to) = (days.first().map(|day| day.day.to_string()), days.last().map(|day| day.day.to_string()));
    format!(
        "{} from {} to {}: between {} and {}, {known} of {} days known",
        series.text(),
        from.unwrap_or_default(),
        to.unwrap_or_default(),
        unit.text(plot.low),
        unit.text(plot.high),
        days.len()
    )
}

/// SVG paths of the line and of the markers for partial days, and the lowest and highest value.
#[derive(Debug, PartialEq, Eq)]
struct Plot {
    line: String,
    partial: String,
    low: i64,
    high: i64,
}

impl Plot {
    /// Computes the paths; returns `None` if no value is known.
    fn of(figures: &[DailyValue], starts_at_zero: bool) -> Option<Self> {
        let values = || figures.iter().filter_map(|figure| figure.value);
        let (low, high) = (values().min()?, values().max()?);
        let base = if starts_at_zero { low.min(0) } else { low };
        let steps = i64::try_from(figures.len()).unwrap_or(i64::MAX).saturating_sub(1).max(1);
        let (mut line, mut partial, mut is_drawing) = (String::new(), String::new(), false);
        for (index, figure) in (0_i64..).zip(figures) {
            let Some(value) = figure.value else {
                is_drawing = false;
                continue;
            };
            let (x, y) = (index * WIDTH / steps, height_of(value, base, high));
            // A single day is a line of zero length, which round line caps turn into a dot.
            let _ = if is_drawing { write!(line, "L{x} {y}") } else { write!(line, "M{x} {y}h0") };
            if figure.is_partial() {
                let _ = write!(partial, "M{x} {y}h0");
            }
            is_drawing = true;
        }
        Some(Self { line, partial, low, high })
    }
}

/// Returns the y coordinate of a value, measured from the top. Uses `i128`, so that no `i64` values overflow.
fn height_of(value: i64, base: i64, high: i64) -> i64 {
    let (value, base, high) = (i128::from(value), i128::from(base), i128::from(high));
    let span = (high - base).max(1);
    let up = (value - base) * i128::from(HEIGHT - 2 * MARGIN) / span;
    HEIGHT - MARGIN - i64::try_from(up).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn figures(values: &[Option<i64>]) -> Vec<DailyValue> {
        values.iter().map(|value| DailyValue { value: *value, known: u32::from(value.is_some()), total: 1 }).collect()
    }

    #[test]
    fn unknown_day_breaks_line() {
        let plot = Plot::of(&figures(&[Some(0), Some(10), None, Some(10)]), true).expect("a plot");
        assert_eq!(plot.line, "M0 152h0L200 8M600 8h0");
        assert_eq!((plot.low, plot.high, plot.partial.as_str()), (0, 10, ""));
        assert_eq!(Plot::of(&figures(&[None, None]), true), None);
    }

    #[test]
    fn day_with_missing_account_is_marked() {
        let plot = Plot::of(&[DailyValue { value: Some(5), known: 1, total: 2 }], true).expect("a plot");
        assert_eq!(plot.partial, "M0 8h0");
    }

    proptest! {
        #[test]
        fn exactly_the_known_days_have_points(values: Vec<Option<i64>>, starts_at_zero: bool) {
            let known = values.iter().filter(|value| value.is_some()).count();
            let points = Plot::of(&figures(&values), starts_at_zero).map_or(0, |plot| plot.line.matches(['M', 'L']).count());
            prop_assert_eq!(points, known);
        }
    }
}
