//! Times: UTC from the server, in the viewer's zone once the page is alive.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

/// A point in time.
#[component]
pub fn LocalTime(
    /// In UTC.
    time: DateTime<Utc>,
) -> impl IntoView {
    // The first text is the same on both sides; the zone is known in the browser alone.
    let text = RwSignal::new(time.format("%Y-%m-%d %H:%M UTC").to_string());
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
