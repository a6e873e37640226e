use std::{cell::Cell, rc::Rc, time::Duration};

use huntaze_domain::accounts::{MIN_PASSWORD_CHARS, PasswordStrength};
use huntaze_texts as texts;
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement};

use crate::{
    api::accounts::EstimatePasswordStrength,
    hooks::{
        document::{closest, select, set_hidden, target},
        events::listen,
        fetch,
        island::island_root,
    },
};

/// Debounce delay: the estimate is requested once the user has stopped typing for this long.
const PAUSE: Duration = Duration::from_millis(400);

/// Estimated strength of the field `password` of the form around, with advice. Empty for passwords below the minimum length and without
/// JavaScript; the server rejects weak passwords in any case. `features::accounts::StrengthMeter` draws it.
#[island]
pub fn PasswordStrengthMeter(
    /// E-mail address of the user; passwords that contain parts of it are weaker. Empty if the form has a field for it.
    email: String,
    /// The meter.
    children: Children,
) -> impl IntoView {
    island_root(children(), move |root| {
        let Some(form) = closest(&root, "form") else { return };
        let newest = Rc::new(Cell::new(0_u32));
        listen(&form.clone(), "input", move |event: Event| {
            let name = target(&event).and_then(|field| field.get_attribute("name"));
            if !matches!(name.as_deref(), Some("password" | "email")) {
                return;
            }
            let password = value_of(&form, "password").unwrap_or_default();
            let email = value_of(&form, "email").unwrap_or_else(|| email.clone());
            let mine = newest.get() + 1;
            newest.set(mine);
            if password.chars().count() < MIN_PASSWORD_CHARS {
                show(&root, None);
                return;
            }
            let (root, newest) = (root.clone(), newest.clone());
            let ask = async move {
                if newest.get() == mine {
                    let estimate = estimate(&password, &email).await;
                    if newest.get() == mine {
                        show(&root, estimate.as_ref());
                    }
                }
            };
            set_timeout(move || spawn_local(ask), PAUSE);
        });
    })
}

fn value_of(form: &Element, name: &str) -> Option<String> {
    Some(select(form, &format!("input[name={name}]"))?.dyn_into::<HtmlInputElement>().ok()?.value())
}

async fn estimate(password: &str, email: &str) -> Option<PasswordStrength> {
    let answer = fetch::post_fields(EstimatePasswordStrength::PATH, &[("password", password), ("email", email)]).await;
    answer.ok()?.json().ok()
}

fn show(root: &Element, strength: Option<&PasswordStrength>) {
    let (Some(meter), Some(bars), Some(line), Some(advice)) = (
        select(root, "[data-score]"),
        select(root, "[aria-hidden]"),
        select(root, "[data-slot=strength]"),
        select(root, "[data-slot=advice]"),
    ) else {
        return;
    };
    let score = strength.map_or(0, |strength| strength.score);
    let _ = meter.set_attribute("data-score", &score.to_string());
    set_hidden(&bars, strength.is_none());
    let text = strength.map(|strength| format!("Password strength: {}", texts::accounts::strength(strength)));
    line.set_text_content(text.as_deref());
    let sentences: Vec<_> = strength.iter().flat_map(|strength| strength.warning.iter().chain(&strength.suggestions)).cloned().collect();
    advice.set_text_content(Some(&sentences.join(" ")));
}
