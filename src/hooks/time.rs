//! Renders instants: in UTC on the server, in the user's time zone or as a relative time after hydration.

use std::time::Duration;

use chrono::{DateTime, Utc};
use leptos::prelude::*;

/// Update interval of relative times.
const MINUTE: Duration = Duration::from_mins(1);

/// Instant in the user's time zone and locale; in UTC before hydration.
#[component]
pub fn LocalTime(
    /// Instant to render.
    time: DateTime<Utc>,
) -> impl IntoView {
    let text = RwSignal::new(utc_text(time));
    Effect::new(move || {
        let options = js_sys::Object::new();
        for (name, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
            let _ = js_sys::Reflect::set(&options, &name.into(), &value.into());
        }
        let local = js_sys::Date::new(&time.to_rfc3339().into()).to_locale_string("default", &options);
        text.set(local.into());
    });
    view! { <time datetime=time.to_rfc3339()>{move || text.get()}</time> }
}

/// Relative time, such as `2 h ago`; in UTC before hydration.
#[component]
pub fn RelativeTime(
    /// Instant to render.
    time: DateTime<Utc>,
) -> impl IntoView {
    let text = RwSignal::new(utc_text(time));
    Effect::new(move || {
        let update = move || {
            #[expect(clippy::cast_possible_truncation, reason = "seconds since 1970 fit into i64")]
            let seconds = (js_sys::Date::now() / 1000.0) as i64 - time.timestamp();
            text.try_set(format_age(seconds));
        };
        update();
        if let Ok(interval) = set_interval_with_handle(update, MINUTE) {
            on_cleanup(move || interval.clear());
        }
    });
    view! { <time datetime=time.to_rfc3339()>{move || text.get()}</time> }
}

/// Initial text, identical on server and client, as hydration requires: time zone and current time are known to the browser only.
fn utc_text(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}

fn format_age(seconds: i64) -> String {
    match seconds {
        ..60 => "just now".to_owned(),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        86_400..172_800 => "1 day ago".to_owned(),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::format_age;

    #[test]
    fn age_formats_seconds_as_relative_text() {
        for (seconds, text) in [
            (-5, "just now"),
            (59, "just now"),
            (60, "1 min ago"),
            (7_199, "1 h ago"),
            (7_200, "2 h ago"),
            (86_400, "1 day ago"),
            (200_000, "2 days ago"),
        ] {
            assert_eq!(format_age(seconds), text);
        }
    }
}
