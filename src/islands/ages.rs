//! Updates relative times, such as "5 min ago", while a page is open.

use std::time::Duration;

use huntaze_texts::time;
use leptos::prelude::*;

use crate::hooks::document::find_all;

/// Ages are shown in whole minutes.
const MINUTE: Duration = Duration::from_mins(1);

/// Updates every `<time data-age>` of the page once a minute.
pub(super) fn update_every_minute() {
    set_interval(update, MINUTE);
}

fn update() {
    for age in find_all("time[data-age]") {
        let instant = age.get_attribute("datetime").map(|instant| js_sys::Date::parse(&instant));
        if let Some(instant) = instant.filter(|instant| instant.is_finite()) {
            #[expect(clippy::cast_possible_truncation, reason = "seconds since 1970 fit into i64")]
            let seconds = ((js_sys::Date::now() - instant) / 1000.0) as i64;
            // A text that stays is left alone, so that a translated page is not translated again.
            let text = time::age(seconds);
            if age.get_attribute("data-age").as_ref() != Some(&text) {
                age.set_text_content(Some(&text));
                let _ = age.set_attribute("data-age", &text);
            }
        }
    }
}
