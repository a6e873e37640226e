use huntaze_domain::{
    onboarding::{Onboarding, STEP_COUNT},
    page::Page,
};
use leptos::prelude::*;

use super::css;
use crate::{
    api::onboarding::{SaveOnboardingStep, get_onboarding},
    features::{load_error::LoadError, page_end::PageEnd},
    forms::{Form, FormError, FormState, use_form},
    islands::Autosave,
    ui::{
        a11y::{MAIN_ID, SkipLink},
        button::{Button, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
        logo::Logo,
    },
};

/// Layout of the three steps: progress, question and navigation buttons.
#[component]
pub(super) fn OnboardingStep(
    /// Number of the step, 1 to 3.
    step: u8,
    /// Text of the only `h1` of the page.
    title: &'static str,
    /// Introduction, which also explains what choosing nothing means.
    lead: &'static str,
    /// Renders the question with the saved answers.
    question: fn(FormState<SaveOnboardingStep>, Onboarding) -> AnyView,
) -> impl IntoView {
    let form = use_form::<SaveOnboardingStep>();
    // The form is rendered only if the saved answers could be loaded; submitting it without them would erase them.
    let content = Suspend::new(async move {
        match get_onboarding().await {
            Ok(known) => view! { <StepForm step form>{question(form, known)}</StepForm> }.into_any(),
            Err(error) => view! { <LoadError error/> }.into_any(),
        }
    });
    view! {
        <SkipLink/>
        <main id=MAIN_ID tabindex="-1" class=css::page>
            <div class=css::column>
                <Logo href=Page::Home.path()/>
                <div class=css::progress>
                    <label for="progress">{format!("Step {step} of {STEP_COUNT}")}</label>
                    <progress id="progress" class=css::bar max=STEP_COUNT value=step></progress>
                </div>
                <Card>
                    <CardHeader>
                        <h1>{title}</h1>
                        <p>{lead}</p>
                    </CardHeader>
                    <CardBody>
                        <FormError form/>
                        {content}
                    </CardBody>
                </Card>
            </div>
        </main>
        <PageEnd/>
    }
}

#[component]
fn StepForm(step: u8, form: FormState<SaveOnboardingStep>, children: Children) -> impl IntoView {
    let onward = if step == STEP_COUNT { "Finish" } else { "Continue" };
    view! {
        <Form form class=css::form>
            // Enter activates the first submit button of a form; that has to be "continue".
            <button type="submit" name="action" value="continue" hidden=true tabindex="-1"></button>
            <input type="hidden" name="step" value=step/>
            {children()}
            <Autosave><p class=css::save_status role="status"></p></Autosave>
            <div class=css::actions>
                {(step > 1).then(|| view! { <StepButton to="back" label="Back"/> })}
                <div class=css::forward_actions>
                    <StepButton to="skip" label="Skip"/>
                    <StepButton to="continue" label=onward is_primary=true/>
                </div>
            </div>
        </Form>
    }
}

/// Button that submits the form with the action `back`, `skip` or `continue`.
#[component]
fn StepButton(to: &'static str, label: &'static str, #[prop(optional)] is_primary: bool) -> impl IntoView {
    let variant = if is_primary { ButtonVariant::Primary } else { ButtonVariant::Ghost };
    view! { <Button kind=ButtonType::Submit variant attr:name="action" attr:value=to>{label}</Button> }
}
