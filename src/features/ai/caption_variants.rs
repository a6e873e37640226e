use leptos::prelude::*;

use super::css;
use crate::{
    domain::{
        ai::{
            AnswerCost,
            caption::{CaptionLimits, CaptionVariant, Captions},
        },
        choice::Choice,
        figures::grouped,
        platform::Platform,
    },
    features::integrations::SandboxBadge,
    hooks::{document::focus_id, time::LocalTime},
    ui::{
        card::{Card, CardBody, CardHeader},
        copy_button::CopyButton,
        field::Field,
        text_area::TextArea,
    },
};

const ID: &str = "variants";
/// Names of the texts, which can be changed before they are copied.
const NAMES: [&str; 3] = ["variant-1", "variant-2", "variant-3"];

/// Captions that were written, side by side.
#[component]
pub fn CaptionVariants(
    /// Several, and what they came to.
    captions: Captions,
    /// Whether they were just written: then a screen reader goes there.
    is_new: bool,
) -> impl IntoView {
    Effect::new(move || {
        if is_new {
            focus_id(ID);
        }
    });
    let Captions { request, variants, cost, is_sandbox, created_at, .. } = captions;
    let platform = request.platform;
    let variants = variants.into_iter().zip(NAMES).map(|(variant, name)| view! { <li><Variant variant name platform/></li> });
    view! {
        <section aria-labelledby=ID class=css::variants>
            <div class=css::head>
                <h2 id=ID tabindex="-1">{format!("Captions for {}", platform.label())}</h2>
                {is_sandbox.then(|| view! { <SandboxBadge/> })}
            </div>
            <ul class=css::list>{variants.collect_view()}</ul>
            <p class=css::facts><LocalTime time=created_at/> ". " <Cost cost/></p>
        </section>
    }
}

#[component]
fn Variant(variant: CaptionVariant, name: &'static str, platform: Platform) -> impl IntoView {
    let text = RwSignal::new(variant.text());
    let number = name.trim_start_matches("variant-");
    view! {
        <Card>
            <CardHeader>
                <h3>{format!("Variant {number}")}</h3>
                <p>{variant.idea}</p>
            </CardHeader>
            <CardBody>
                <Field name label="Text">
                    <TextArea rows=8 value=text.get_untracked() on_input=Callback::new(move |typed| text.set(typed))/>
                </Field>
                <p class=css::facts>{move || text.with(|text| room(platform, text))}</p>
                <CopyButton text what=format!("variant {number}")/>
            </CardBody>
        </Card>
    }
}

/// How much of what the platform takes a text uses.
fn room(platform: Platform, text: &str) -> String {
    let limits = CaptionLimits::of(platform);
    let count = |number: usize| grouped(i64::try_from(number).unwrap_or(i64::MAX));
    let length = limits.length(text);
    let characters = match length.checked_sub(limits.characters) {
        Some(over @ 1..) => format!("{} characters too long", count(over)),
        _ => format!("{} of {} characters", count(length), count(limits.characters)),
    };
    let hashtags = text.split_whitespace().filter(|word| word.len() > 1 && word.starts_with('#')).count();
    match limits.hashtags {
        0 if hashtags > 0 => format!("{characters}, and hashtags mean nothing there"),
        0 => characters,
        most if hashtags > most => format!("{characters}, {} hashtags too many", count(hashtags - most)),
        most => format!("{characters}, {} of {} hashtags", count(hashtags), count(most)),
    }
}

/// What an answer came to.
#[component]
fn Cost(cost: AnswerCost) -> impl IntoView {
    let agents: Vec<_> = cost.agents.iter().map(|agent| agent.label()).collect();
    let tokens = grouped(cost.input_tokens + cost.output_tokens);
    format!("{} agent, {}, {tokens} tokens, {}", agents.join(", "), cost.models.join(", "), cost.dollars())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_said() {
        assert_eq!(room(Platform::X, "The sea. #sea"), "13 of 280 characters, 1 of 140 hashtags");
        assert_eq!(room(Platform::X, &"a".repeat(281)), "1 characters too long, 0 of 140 hashtags");
        assert_eq!(room(Platform::Reddit, "The sea. #sea"), "13 of 300 characters, and hashtags mean nothing there");
        assert_eq!(room(Platform::Instagram, &"#a ".repeat(31)), "93 of 2,200 characters, 1 hashtags too many");
    }
}
