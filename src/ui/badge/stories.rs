use leptos::prelude::*;

use super::{Badge, BadgeTone};
use crate::ui::stories::Story;

/// Returns one story for each tone.
pub fn stories() -> Vec<Story> {
    vec![
        Story::new("neutral", || view! { <Badge>"Not connected"</Badge> }.into_any()),
        Story::new("success", || view! { <Badge tone=BadgeTone::Success>"Healthy"</Badge> }.into_any()),
        Story::new("warning", || view! { <Badge tone=BadgeTone::Warning>"Expires in 3 days"</Badge> }.into_any()),
        Story::new("danger", || view! { <Badge tone=BadgeTone::Danger>"Error"</Badge> }.into_any()),
        Story::new("brand", || view! { <Badge tone=BadgeTone::Brand>"Beta"</Badge> }.into_any()),
    ]
}
