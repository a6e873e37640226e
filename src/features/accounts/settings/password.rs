use huntaze_domain::accounts::{NEW_PASSWORD_RULES, PASSWORD_RULES};
use leptos::prelude::*;

use super::css;
use crate::{
    api::accounts::ChangePassword,
    features::accounts::{PASSWORD_HINT, StrengthMeter},
    forms::{Form, FormError, FormSuccess, SubmitButton, rules, use_form},
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
) -> impl IntoView {
    let form = use_form::<ChangePassword>();
    view! {
        <Card>
            <CardHeader>
                <h2>"Password"</h2>
                <p>"All other devices will be signed out."</p>
            </CardHeader>
            <CardBody>
                <FormError form/>
                <FormSuccess form text="Your password was changed."/>
                // It ends all other sessions.
                <Form form class=css::form refresh="sessions">
                    <Field name="currentPassword" label="Current password" rules=rules(PASSWORD_RULES) error=form.error_of("currentPassword")>
                        <Input kind=InputType::Password autocomplete="current-password"/>
                    </Field>
                    <Field name="password" label="New password" hint=PASSWORD_HINT rules=rules(NEW_PASSWORD_RULES) error=form.error_of("password")>
                        <Input kind=InputType::Password autocomplete="new-password"/>
                    </Field>
                    <StrengthMeter email/>
                    <SubmitButton label="Change password" busy="Changing…"/>
                </Form>
            </CardBody>
        </Card>
    }
}
