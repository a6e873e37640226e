use huntaze_domain::validation;
use leptos::prelude::*;

use super::css;
use crate::{
    api::accounts::ChangePassword,
    features::accounts::{PASSWORD_HINT, PasswordStrengthMeter},
    forms::{Form, FormError, FormSuccess, SubmitButton, use_form},
    ui::{
        card::{Card, CardBody, CardHeader},
        field::Field,
        input::{Input, InputType},
    },
};

/// Form that changes the password.
#[component]
pub fn PasswordSection(
    /// User's e-mail address; passwords that contain parts of it are weaker.
    email: String,
    /// Incremented after each password change, which revokes all other sessions.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let form = use_form::<ChangePassword>(|call| validation::validate(&call.input));
    let password = RwSignal::new(String::new());
    Effect::new(move || {
        if form.action.value().with(|value| matches!(value, Some(Ok(_)))) {
            changes.update(|changes| *changes += 1);
        }
    });
    view! {
        <Card>
            <CardHeader>
                <h2>"Password"</h2>
                <p>"All other devices will be signed out."</p>
            </CardHeader>
            <CardBody>
                <FormError form/>
                <FormSuccess form text="Your password was changed."/>
                <Form form class=css::form>
                    <Field name="currentPassword" label="Current password" error=form.error_of("currentPassword")>
                        <Input kind=InputType::Password autocomplete="current-password"/>
                    </Field>
                    <Field name="password" label="New password" hint=PASSWORD_HINT error=form.error_of("password")>
                        <Input kind=InputType::Password autocomplete="new-password" on_input=move |text| password.set(text)/>
                    </Field>
                    <PasswordStrengthMeter password email=RwSignal::new(email)/>
                    <SubmitButton form label="Change password" busy="Changing…"/>
                </Form>
            </CardBody>
        </Card>
    }
}
