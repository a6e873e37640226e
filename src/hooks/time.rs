//! Times: UTC from the server, in the viewer's zone or as an age once the page is alive.

use std::time::Duration;

use chrono::{DateTime, Utc};
use leptos::prelude::*;

/// Between two looks at the clock.
const MINUTE: Duration = Duration::from_mins(1);

/// A point in time.
#[component]
pub fn LocalTime(
    /// In UTC.
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

/// How long ago something was: `2 h ago`.
#[component]
pub fn Ago(
    /// In UTC.
    time: DateTime<Utc>,
) -> impl IntoView {
    let text = RwSignal::new(utc_text(time));
    Effect::new(move || {
        let update = move || {
            #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
            let seconds = (js_sys::Date::now() / 1000.0) as i64 - time.timestamp();
            text.try_set(age(seconds));
        };
        update();
        if let Ok(interval) = set_interval_with_handle(update, MINUTE) {
            on_cleanup(move || interval.clear());
        }
    });
    view! { <time datetime=time.to_rfc3339()>{move || text.get()}</time> }
}

/// The first text, the same on both sides: zone and clock are known in the browser alone.
fn utc_text(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}

fn age(seconds: i64) -> String {
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
    use super::age;

    #[test]
    fn ages_read_as_people_say_them() {
        for (seconds, text) in [
            (-5, "just now"),
            (59, "just now"),
            (60, "1 min ago"),
            (7_199, "1 h ago"),
            (7_200, "2 h ago"),
            (86_400, "1 day ago"),
            (200_000, "2 days ago"),
        ] {
            assert_eq!(age(seconds), text);
        }
    }
}
