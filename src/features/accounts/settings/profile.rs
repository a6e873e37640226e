use huntaze_domain::accounts::{CurrentUser, settings::NAME_RULES};
use leptos::prelude::*;

use super::css;
use crate::{
    api::accounts::UpdateProfile,
    forms::{Form, FormError, FormSuccess, SubmitButton, rules, use_form},
    ui::{
        card::{Card, CardBody, CardHeader},
        field::Field,
        input::Input,
    },
};

/// Form that changes the user's name.
#[component]
pub fn ProfileSection(
    /// Current user.
    user: CurrentUser,
) -> impl IntoView {
    let form = use_form::<UpdateProfile>();
    let name = form.values_of("name").pop().or(user.name).unwrap_or_default();
    view! {
        <Card>
            <CardHeader>
                <h2>"Profile"</h2>
                <p>"You sign in as " {user.email} "."</p>
            </CardHeader>
            <CardBody>
                <FormError form/>
                <FormSuccess form text="Your name is saved." toasted=true/>
                // The header shows the name, too.
                <Form form class=css::form refresh="identity">
                    <Field name="name" label="Name" hint="How we call you. Only you see it." rules=rules(NAME_RULES) error=form.error_of("name")>
                        <Input autocomplete="name" value=name/>
                    </Field>
                    <SubmitButton label="Save" busy="Saving…"/>
                </Form>
            </CardBody>
        </Card>
    }
}
