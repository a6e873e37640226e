use huntaze_domain::ai::AiSetup;
use leptos::prelude::*;

use crate::ui::alert::Alert;

/// That AI is not there, and for those who run Huntaze, what is missing.
#[component]
pub fn SetupNotice(
    /// Of which nothing is shown where AI is there.
    setup: AiSetup,
) -> impl IntoView {
    let missing = setup.missing.join(", ");
    (!setup.is_available).then(|| {
        let advice = match missing.as_str() {
            "" => "It is not set up here yet. Everything else works without it.".to_owned(),
            _ => format!("Not set: {missing}. Set it in the environment of Huntaze, and start it again."),
        };
        view! { <Alert><strong>"There is no AI here."</strong> " " {advice}</Alert> }
    })
}
