use huntaze_domain::{
    money::Currency,
    onboarding::{ContentType, Goal, Onboarding},
    platform::Platform,
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::{css, frame::OnboardingStep};
use crate::{
    api::onboarding::SaveOnboardingStep,
    features::currency::CurrencySelect,
    forms::FormState,
    ui::{
        field::Field,
        input::Input,
        option_group::{OptionGroup, OptionItem},
    },
};

/// Step 1: content types.
#[component]
pub fn ContentTypesStep() -> impl IntoView {
    let question = |form, known: Onboarding| {
        let items = items::<ContentType>(form, "contentTypes[]", &known.content_types);
        view! { <OptionGroup name="contentTypes[]" legend="What you publish" items/> }.into_any()
    };
    let lead = "Choose all that apply. None is fine, too: then we show everything.";
    view! { <OnboardingStep step=1 title="What do you create?" lead question/> }
}

/// Step 2: platforms.
#[component]
pub fn PlatformsStep() -> impl IntoView {
    let question = |form, known: Onboarding| {
        let items = items::<Platform>(form, "platforms[]", &known.platforms);
        view! {
            <OptionGroup name="platforms[]" legend="Your platforms" items/>
            <p class=css::note>"You connect them later, at the platform itself. We never ask for a platform’s password."</p>
        }
        .into_any()
    };
    let lead = "The ones you choose come first. None is fine, too: then the order stays as it is.";
    view! { <OnboardingStep step=2 title="Where do you publish?" lead question/> }
}

/// Step 3: goals, with an optional monthly revenue goal.
#[component]
pub fn GoalsStep() -> impl IntoView {
    let question = |form, known: Onboarding| {
        let items = items::<Goal>(form, "goals[]", &known.goals);
        view! {
            <OptionGroup name="goals[]" legend="Your goals" items/>
            <RevenueGoal form known/>
        }
        .into_any()
    };
    let lead = "It decides what we put first. None is fine, too: then we guess nothing.";
    view! { <OnboardingStep step=3 title="What matters most?" lead question/> }
}

#[component]
fn RevenueGoal(form: FormState<SaveOnboardingStep>, known: Onboarding) -> impl IntoView {
    let saved = known.revenue_goal_minor.map(|minor| known.currency.format_minor(minor)).unwrap_or_default();
    let typed = form.values_of("revenueGoal").pop().unwrap_or(saved);
    let chosen = form.values_of("currency").pop().and_then(|code| Currency::parse(&code)).unwrap_or(known.currency);
    view! {
        <div class=css::amount>
            <Field name="revenueGoal" label="Monthly revenue goal (optional)" error=form.error_of("revenueGoal")>
                <Input autocomplete="off" value=typed inputmode="decimal"/>
            </Field>
            <Field name="currency" label="Currency" error=form.error_of("currency")>
                <CurrencySelect chosen/>
            </Field>
        </div>
    }
}

/// Returns all options; checked are those posted without JavaScript, or else the saved ones.
fn items<C: StringEnum + Text>(form: FormState<SaveOnboardingStep>, name: &str, saved: &[C]) -> Vec<OptionItem> {
    let typed = form.was_sent().then(|| form.values_of(name));
    let is_taken = |choice: C| match &typed {
        Some(typed) => typed.iter().any(|word| word == choice.as_str()),
        None => saved.contains(&choice),
    };
    C::ALL.iter().map(|choice| OptionItem { value: choice.as_str(), label: choice.text(), checked: is_taken(*choice) }).collect()
}
