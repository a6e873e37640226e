//! Times as the viewer of a page reads them.

use chrono::{DateTime, Utc};
use huntaze_texts::time::age;
use leptos::prelude::*;

use crate::zone::{Now, ViewerZone};

/// Instant in the viewer's time zone; in UTC, and marked as such, if that is not known.
#[component]
pub fn LocalTime(
    /// Instant to render.
    time: DateTime<Utc>,
) -> impl IntoView {
    let text = match use_context::<ViewerZone>() {
        Some(ViewerZone(zone)) => time.with_timezone(&zone).format("%b %-d, %Y, %H:%M").to_string(),
        None => time.format("%Y-%m-%d %H:%M UTC").to_string(),
    };
    view! { <time datetime=time.to_rfc3339()>{text}</time> }
}

/// Age of an instant, such as `2 h ago`. Updated once a minute while the page is open.
#[component]
pub fn RelativeTime(
    /// Instant to render.
    time: DateTime<Utc>,
) -> impl IntoView {
    let Now(now) = use_context().unwrap_or(Now(time));
    view! { <time datetime=time.to_rfc3339() data-age="">{age((now - time).num_seconds())}</time> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_shown_in_zone_of_viewer() {
        let time: DateTime<Utc> = "2026-11-28T22:05:00Z".parse().expect("a time");
        let html = |zone: Option<ViewerZone>| {
            Owner::new().with(|| {
                if let Some(zone) = zone {
                    provide_context(zone);
                }
                view! { <LocalTime time/> }.to_html()
            })
        };
        assert!(html(None).contains(">2026-11-28 22:05 UTC<"));
        let paris = ViewerZone(chrono_tz::Europe::Paris);
        assert!(html(Some(paris)).contains(">Nov 28, 2026, 23:05<"), "{}", html(Some(paris)));
    }

    #[test]
    fn age_is_relative_to_time_of_request() {
        let time: DateTime<Utc> = "2026-11-28T22:05:00Z".parse().expect("a time");
        let html = Owner::new().with(|| {
            provide_context(Now(time + chrono::TimeDelta::minutes(7)));
            view! { <RelativeTime time/> }.to_html()
        });
        assert!(html.contains(">7 min ago<"), "{html}");
    }
}
