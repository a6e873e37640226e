use huntaze_domain::accounts::PASSWORD_RULES;
use leptos::prelude::*;

use super::css;
use crate::{
    api::accounts::DeleteAccount,
    forms::{Form, FormError, rules, use_form},
    ui::{
        button::{Button, ButtonLink, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
        field::Field,
        input::{Input, InputType},
    },
};

/// Link to the data export, and the form that deletes the account.
#[component]
pub fn DataSection() -> impl IntoView {
    let form = use_form::<DeleteAccount>();
    view! {
        <Card>
            <CardHeader>
                <h2>"Your data"</h2>
                <p>"It is yours: take it with you, or have it deleted."</p>
            </CardHeader>
            <CardBody>
                <div class=css::two_columns>
                    <p>"Your account, answers, devices, connected accounts with all their figures, and the newest thousand events, as a JSON file."</p>
                    <ButtonLink href="/api/account/export">"Export my data"</ButtonLink>
                </div>
                <div class=css::two_columns>
                    <h3>"Delete your account"</h3>
                    <p>"Your account, answers and figures are deleted at once, and our access to your accounts at the platforms is withdrawn. This cannot be undone."</p>
                </div>
                <FormError form/>
                <Form form class=css::form>
                    <Field name="password" label="Your password, to delete the account" id="delete-password" rules=rules(PASSWORD_RULES) error=form.error_of("password")>
                        <Input kind=InputType::Password autocomplete="current-password"/>
                    </Field>
                    <Button kind=ButtonType::Submit variant=ButtonVariant::Danger full=true busy="Deleting…">"Delete my account"</Button>
                </Form>
            </CardBody>
        </Card>
    }
}
