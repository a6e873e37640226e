use huntaze_domain::ai::AiStatus;
use leptos::prelude::*;

use crate::ui::alert::Alert;

/// Notice that AI is not configured; for admins it lists the missing variables.
#[component]
pub fn SetupNotice(
    /// Status of the AI configuration; nothing is rendered if AI is available.
    setup: AiStatus,
) -> impl IntoView {
    let missing = setup.missing_variables.join(", ");
    (!setup.is_available).then(|| {
        let advice = match missing.as_str() {
            "" => "It is not set up here yet. Everything else works without it.".to_owned(),
            _ => format!("Not set: {missing}. Set it in the environment of Huntaze, and start it again."),
        };
        view! { <Alert><strong>"There is no AI here."</strong> " " {advice}</Alert> }
    })
}
