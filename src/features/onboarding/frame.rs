use huntaze_domain::{
    onboarding::{Onboarding, STEP_COUNT},
    page::Page,
};
use leptos::{form::FromFormData, prelude::*};
use wasm_bindgen::JsCast;

use super::css;
use crate::{
    api::onboarding::{SaveOnboardingStep, get_onboarding},
    error::ApiError,
    features::load_error::LoadError,
    forms::{Form, FormError, FormState, use_form},
    ui::{
        a11y::{MAIN_ID, SkipLink},
        button::{Button, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
        logo::Logo,
    },
};

/// Returns the state of a step's form, validated with the server's rules.
pub(super) fn use_step_form() -> FormState<SaveOnboardingStep> {
    use_form::<SaveOnboardingStep>(|call| call.input.parse().map(drop))
}

/// Layout of the three steps: progress, question and navigation buttons.
#[component]
pub(super) fn StepFrame(
    /// Number of the step, 1 to 3.
    step: u8,
    /// Text of the only `h1` of the page.
    title: &'static str,
    /// Introduction, which also explains what choosing nothing means.
    lead: &'static str,
    form: FormState<SaveOnboardingStep>,
    /// Renders the question with the saved answers.
    question: impl Fn(Onboarding) -> AnyView + Clone + Send + 'static,
) -> impl IntoView {
    let known = Resource::new_blocking(|| (), |()| get_onboarding());
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
                        <Suspense>
                            {move || {
                                let question = question.clone();
                                Suspend::new(async move { step_view(step, form, known.await, &question) })
                            }}
                        </Suspense>
                    </CardBody>
                </Card>
            </div>
        </main>
    }
}

/// Renders the form only if the saved answers could be loaded; submitting it without them would erase them.
fn step_view(
    step: u8,
    form: FormState<SaveOnboardingStep>,
    known: Result<Onboarding, ApiError>,
    question: &impl Fn(Onboarding) -> AnyView,
) -> AnyView {
    match known {
        Ok(known) => {
            let question = question(known);
            view! { <StepForm step form>{question}</StepForm> }.into_any()
        }
        Err(error) => view! { <LoadError error/> }.into_any(),
    }
}

#[component]
fn StepForm(step: u8, form: FormState<SaveOnboardingStep>, children: Children) -> impl IntoView {
    let autosave = use_autosave();
    let onward = if step == STEP_COUNT { "Finish" } else { "Continue" };
    view! {
        <Form form class=css::form on:change=move |event| autosave.save(&event)>
            // Enter activates the first submit button of a form; that has to be "continue".
            <button type="submit" name="action" value="continue" hidden=true tabindex="-1"></button>
            <input type="hidden" name="step" value=step/>
            {children()}
            <p class=css::save_status role="status">{move || autosave.note.get()}</p>
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

/// Saves every change immediately, so that closing the page loses nothing. Sends one request at a time, so that they arrive in order.
#[derive(Clone, Copy)]
struct Autosave {
    action: ServerAction<SaveOnboardingStep>,
    next: StoredValue<Option<SaveOnboardingStep>>,
    note: RwSignal<&'static str>,
}

fn use_autosave() -> Autosave {
    let autosave = Autosave { action: ServerAction::new(), next: StoredValue::new(None), note: RwSignal::new("") };
    Effect::new(move || {
        let outcome = autosave.action.value().with(|outcome| outcome.as_ref().map(Result::is_ok));
        let mut next = None;
        autosave.next.update_value(|waiting| next = waiting.take());
        match (next, outcome) {
            (Some(next), _) => drop(autosave.action.dispatch(next)),
            (None, Some(true)) => autosave.note.set("Saved."),
            (None, Some(false)) => autosave.note.set("This change is not saved yet. The button below tries again."),
            (None, None) => {}
        }
    });
    autosave
}

impl Autosave {
    /// Saves the form that contains the changed field. Invalid input is not sent.
    fn save(self, event: &web_sys::Event) {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let Some(form) = target.and_then(|target| target.closest("form").ok().flatten()) else { return };
        // Browsers may fire `change` while a field is being removed, when signals must not be accessed: defer to a microtask.
        queue_microtask(move || self.save_form(&form));
    }

    fn save_form(self, form: &web_sys::Element) {
        if self.note.try_set("").is_some() {
            // The page has been left, and its signals are disposed.
            return;
        }
        let data = web_sys::FormData::new_with_form(form.unchecked_ref()).ok();
        let call = data.and_then(|data| SaveOnboardingStep::from_form_data(&data).ok());
        let Some(mut call) = call else { return };
        "stay".clone_into(&mut call.input.action);
        if call.input.parse().is_err() {
            return;
        }
        if self.action.pending().get_untracked() {
            self.next.set_value(Some(call));
        } else {
            self.action.dispatch(call);
        }
    }
}
