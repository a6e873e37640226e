use std::fmt::Write as _;

use huntaze_domain::{
    analytics::{Day, DayFigure, Series},
    choice::Choice,
    figures::{UNKNOWN, grouped},
    money::{Currency, Money},
};
use leptos::prelude::*;

use super::css;
use crate::ui::table::Table;

/// The drawing's own units; it is stretched to the width there is.
const WIDTH: i64 = 600;
const HEIGHT: i64 = 160;
/// Free at the top and at the bottom.
const MARGIN: i64 = 8;

/// A line over the days, broken where nothing is known; and the same as a table.
#[component]
pub(super) fn Chart(series: Series, days: Vec<Day>, currency: Option<Currency>) -> impl IntoView {
    let unit = ValueUnit(currency.filter(|_| series == Series::Revenue));
    let figures: Vec<_> = days.iter().map(|day| series.of(day)).collect();
    let plot = Plot::of(&figures, series != Series::Audience);
    let drawing = match &plot {
        Some(plot) => view! {
            <svg
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                preserveAspectRatio="none"
                class=css::drawing
                role="img"
                aria-label=summary(series, &days, plot, unit)
            >
                <path d=plot.line.clone() class=css::line></path>
                <path d=plot.partial.clone() class=css::dots></path>
            </svg>
            <p class=css::scale>
                <span>{format!("{} – {}", unit.text(plot.low), unit.text(plot.high))}</span>
                {(!plot.partial.is_empty()).then(|| view! { <span>"Dots: not all accounts are known"</span> })}
            </p>
        }
        .into_any(),
        None => view! { <p class=css::scale>"Nothing is known of this period yet."</p> }.into_any(),
    };
    view! {
        <section class=css::chart>
            <h3>{series.label()}</h3>
            {drawing}
            <details>
                <summary>{format!("{} as a table", series.label())}</summary>
                <Table label=format!("{} by day", series.label()) numbers=true>
                    <thead><tr><th scope="col">"Day"</th><th scope="col">{series.label()}</th></tr></thead>
                    <tbody>{days.into_iter().map(|day| view! { <Row series day unit/> }).collect_view()}</tbody>
                </Table>
            </details>
        </section>
    }
}

#[component]
fn Row(series: Series, day: Day, unit: ValueUnit) -> impl IntoView {
    let figure = series.of(&day);
    let value = figure.value.map_or_else(|| UNKNOWN.to_owned(), |value| unit.text(value));
    let part = figure.is_partial().then(|| format!(" ({} of {} accounts)", figure.known, figure.of));
    view! { <tr><th scope="row">{day.day.to_string()}</th><td>{value}{part}</td></tr> }
}

/// What values are in: a currency's minor units, or things.
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

/// What the drawing shows, in words.
fn summary(series: Series, days: &[Day], plot: &Plot, unit: ValueUnit) -> String {
    let known = days.iter().filter(|day| series.of(day).value.is_some()).count();
    let (from, to) = (days.first().map(|day| day.day.to_string()), days.last().map(|day| day.day.to_string()));
    format!(
        "{} from {} to {}: between {} and {}, {known} of {} days known",
        series.label(),
        from.unwrap_or_default(),
        to.unwrap_or_default(),
        unit.text(plot.low),
        unit.text(plot.high),
        days.len()
    )
}

/// Where the line goes.
#[derive(Debug, PartialEq, Eq)]
struct Plot {
    line: String,
    partial: String,
    low: i64,
    high: i64,
}

impl Plot {
    /// `None` where nothing is known.
    fn of(figures: &[DayFigure], starts_at_zero: bool) -> Option<Self> {
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
            // A day alone is a line of no length: its round ends make it a dot.
            let _ = if is_drawing { write!(line, "L{x} {y}") } else { write!(line, "M{x} {y}h0") };
            if figure.is_partial() {
                let _ = write!(partial, "M{x} {y}h0");
            }
            is_drawing = true;
        }
        Some(Self { line, partial, low, high })
    }
}

/// In the drawing, from its top; the widest numbers do not overflow.
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

    fn figures(values: &[Option<i64>]) -> Vec<DayFigure> {
        values.iter().map(|value| DayFigure { value: *value, known: u32::from(value.is_some()), of: 1 }).collect()
    }

    #[test]
    fn a_gap_breaks_the_line() {
        let plot = Plot::of(&figures(&[Some(0), Some(10), None, Some(10)]), true).expect("a plot");
        assert_eq!(plot.line, "M0 152h0L200 8M600 8h0");
        assert_eq!((plot.low, plot.high, plot.partial.as_str()), (0, 10, ""));
        assert_eq!(Plot::of(&figures(&[None, None]), true), None);
    }

    #[test]
    fn a_day_that_misses_an_account_is_marked() {
        let plot = Plot::of(&[DayFigure { value: Some(5), known: 1, of: 2 }], true).expect("a plot");
        assert_eq!(plot.partial, "M0 8h0");
    }

    proptest! {
        #[test]
        fn only_known_days_are_drawn_and_all_of_them(values: Vec<Option<i64>>, starts_at_zero: bool) {
            let known = values.iter().filter(|value| value.is_some()).count();
            let points = Plot::of(&figures(&values), starts_at_zero).map_or(0, |plot| plot.line.matches(['M', 'L']).count());
            prop_assert_eq!(points, known);
        }
    }
}
