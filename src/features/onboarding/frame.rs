use leptos::{form::FromFormData, prelude::*};
use wasm_bindgen::JsCast;

use super::css;
use crate::{
    api::onboarding::SaveOnboardingStep,
    domain::onboarding::STEPS,
    hooks::form::{Form, FormState, Problem, use_form},
    ui::{
        a11y::{MAIN_ID, SkipLink},
        button::{Button, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
        logo::Logo,
    },
};

/// The form of a step: checked with the server's rules.
pub(super) fn use_step_form() -> FormState<SaveOnboardingStep> {
    use_form::<SaveOnboardingStep>(|call| call.input.parse().map(drop))
}

/// What the three steps have in common: how far one is, the question, and where one can go.
#[component]
pub(super) fn StepFrame(
    /// 1 to 3.
    step: u8,
    /// The page's one `h1`.
    title: &'static str,
    /// What no choice means.
    lead: &'static str,
    form: FormState<SaveOnboardingStep>,
    /// The question.
    children: Children,
) -> impl IntoView {
    let autosave = ServerAction::<SaveOnboardingStep>::new();
    let saved = move || match autosave.value().get() {
        Some(Ok(_)) => "Saved.",
        Some(Err(_)) => "This change is not saved yet. “Continue” tries again.",
        None => "",
    };
    let is_last = step == STEPS;
    view! {
        <SkipLink/>
        <main id=MAIN_ID tabindex="-1" class=css::page>
            <div class=css::column>
                <Logo href="/home"/>
                <div class=css::progress>
                    <label for="progress">{format!("Step {step} of {STEPS}")}</label>
                    <progress id="progress" class=css::bar max=STEPS value=step></progress>
                </div>
                <Card>
                    <CardHeader>
                        <h1>{title}</h1>
                        <p>{lead}</p>
                    </CardHeader>
                    <CardBody>
                        <Problem form/>
                        <Form form class=css::form on:change=move |event| save_in_passing(autosave, &event)>
                            <input type="hidden" name="step" value=step/>
                            {children()}
                            <p class=css::saved role="status">{saved}</p>
                            <div class=css::actions>
                                {(step > 1).then(|| view! { <MoveButton to="back" label="Back"/> })}
                                <div class=css::onward>
                                    <MoveButton to="skip" label="Skip"/>
                                    <MoveButton to="continue" label={if is_last { "Finish" } else { "Continue" }} is_primary=true/>
                                </div>
                            </div>
                        </Form>
                    </CardBody>
                </Card>
            </div>
        </main>
    }
}

/// A button that sends the form and says where to go.
#[component]
fn MoveButton(to: &'static str, label: &'static str, #[prop(optional)] is_primary: bool) -> impl IntoView {
    let variant = if is_primary { ButtonVariant::Primary } else { ButtonVariant::Ghost };
    view! { <Button kind=ButtonType::Submit variant attr:name="action" attr:value=to>{label}</Button> }
}

/// Every change is saved at once, so that closing the page loses nothing. What is not understood yet is not sent.
fn save_in_passing(autosave: ServerAction<SaveOnboardingStep>, event: &web_sys::Event) {
    let form = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .and_then(|target| target.closest("form").ok().flatten());
    let data = form.and_then(|form| web_sys::FormData::new_with_form(form.unchecked_ref()).ok());
    let Some(mut call) = data.and_then(|data| SaveOnboardingStep::from_form_data(&data).ok()) else { return };
    "stay".clone_into(&mut call.input.action);
    if call.input.parse().is_ok() {
        autosave.dispatch(call);
    }
}
