use std::time::Duration;

use huntaze_domain::accounts::{MIN_PASSWORD_CHARS, PasswordStrength, PasswordStrengthInput};
use huntaze_texts as texts;
use leptos::prelude::*;

use super::css;
use crate::api::accounts::estimate_password_strength;

/// Debounce delay: the estimate is requested once the user has stopped typing for this long.
const PAUSE: Duration = Duration::from_millis(400);

/// Estimated strength of the password, with advice. Empty for passwords below the minimum length and without JavaScript; the server rejects
/// weak passwords in any case.
#[component]
pub fn PasswordStrengthMeter(
    /// Current content of the password field.
    password: RwSignal<String>,
    /// Current e-mail address; passwords that contain parts of it are weaker.
    email: RwSignal<String>,
) -> impl IntoView {
    let strength = RwSignal::new(None::<PasswordStrength>);
    let newest = StoredValue::new(0_u32);
    Effect::new(move || {
        let typed = password.get();
        newest.update_value(|newest| *newest += 1);
        let mine = newest.get_value();
        if typed.chars().count() < MIN_PASSWORD_CHARS {
            strength.set(None);
            return;
        }
        set_timeout(
            move || {
                let is_newest = move || newest.try_get_value() == Some(mine);
                if !is_newest() {
                    return;
                }
                let input = PasswordStrengthInput { password: typed.into(), email: email.get_untracked() };
                leptos::task::spawn_local(async move {
                    let estimate = estimate_password_strength(input).await.ok();
                    if is_newest() {
                        strength.set(estimate);
                    }
                });
            },
            PAUSE,
        );
    });
    let score = move || strength.with(|strength| strength.as_ref().map_or(0, |strength| strength.score)).to_string();
    view! {
        <div class=css::meter data-score=score aria-live="polite">
            {move || strength.get().map(|strength| view! { <Estimate strength/> })}
        </div>
    }
}

#[component]
fn Estimate(strength: PasswordStrength) -> impl IntoView {
    let advice = strength.warning.iter().chain(&strength.suggestions).cloned().collect::<Vec<_>>().join(" ");
    view! {
        <div class=css::bars aria-hidden="true">
            {(0..4).map(|_| view! { <span class=css::bar></span> }).collect_view()}
        </div>
        <p>"Password strength: " {texts::accounts::strength(&strength)}</p>
        {(!advice.is_empty()).then(|| view! { <p>{advice}</p> })}
    }
}
