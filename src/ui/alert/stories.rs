use leptos::prelude::*;

use super::{Alert, AlertTone};
use crate::ui::stories::Story;

/// Returns one story for each tone.
pub fn stories() -> Vec<Story> {
    vec![
        Story::new("info", || view! { <Alert>"Your session has ended. Sign in again."</Alert> }.into_any()),
        Story::new("success", || view! { <Alert tone=AlertTone::Success>"Your e-mail is verified."</Alert> }.into_any()),
        Story::new("danger", || view! { <Alert tone=AlertTone::Danger>"E-mail or password is not right."</Alert> }.into_any()),
    ]
}
