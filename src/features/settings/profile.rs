use leptos::prelude::*;

use super::css;
use crate::{
    api::account::UpdateProfile,
    domain::{account::CurrentUser, validation},
    features::shell::UserResource,
    hooks::form::{Form, Problem, Submit, use_form},
    ui::{
        alert::{Alert, AlertTone},
        card::{Card, CardBody, CardHeader},
        field::Field,
        input::Input,
    },
};

/// How the owner is called.
#[component]
pub fn ProfileSection(
    /// Who it is.
    user: CurrentUser,
) -> impl IntoView {
    let form = use_form::<UpdateProfile>(|call| validation::check(&call.input));
    let everyone = expect_context::<UserResource>();
    Effect::new(move || {
        if form.action.value().with(|value| matches!(value, Some(Ok(_)))) {
            everyone.refetch();
        }
    });
    let name = form.values_of("name").pop().or(user.name).unwrap_or_default();
    view! {
        <Card>
            <CardHeader>
                <h2>"Profile"</h2>
                <p>"You sign in as " {user.email} "."</p>
            </CardHeader>
            <CardBody>
                <Problem form/>
                {move || form.is_done.get().then(|| view! { <Alert tone=AlertTone::Success>"Your name is saved."</Alert> })}
                <Form form class=css::form>
                    <Field name="name" label="Name" hint="How we call you. Only you see it." error=form.error_of("name")>
                        <Input autocomplete="name" value=name required=false/>
                    </Field>
                    <Submit form label="Save" busy="Saving…"/>
                </Form>
            </CardBody>
        </Card>
    }
}
