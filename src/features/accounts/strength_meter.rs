use leptos::prelude::*;

use crate::islands::PasswordStrengthMeter;

stylance::import_crate_style!(css, "src/features/accounts/strength_meter.module.css");

/// Meter for the strength of a new password, in its form. Empty until something is typed.
#[component]
pub fn StrengthMeter(
    /// E-mail address of the user; empty if the form has a field for it.
    #[prop(optional)]
    email: String,
) -> impl IntoView {
    view! {
        <PasswordStrengthMeter email>
            <div class=css::meter data-score="0" aria-live="polite">
                <div class=css::bars aria-hidden="true" hidden=true>
                    {(0..4).map(|_| view! { <span class=css::bar></span> }).collect_view()}
                </div>
                <p data-slot="strength"></p>
                <p data-slot="advice"></p>
            </div>
        </PasswordStrengthMeter>
    }
}
