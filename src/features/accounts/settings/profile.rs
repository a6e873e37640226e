use huntaze_domain::{accounts::CurrentUser, validation};
use leptos::prelude::*;

use super::css;
use crate::{
    api::accounts::UpdateProfile,
    features::shell::UserResource,
    forms::{Form, FormError, FormSuccess, SubmitButton, use_form},
    ui::{
        card::{Card, CardBody, CardHeader},
        field::Field,
        input::Input,
        toast::{ToastTone, Toaster},
    },
};

const SAVED: &str = "Your name is saved.";

/// Form that changes the user's name.
#[component]
pub fn ProfileSection(
    /// Current user.
    user: CurrentUser,
) -> impl IntoView {
    let form = use_form::<UpdateProfile>(|call| validation::validate(&call.input));
    let (everyone, toaster) = (expect_context::<UserResource>(), expect_context::<Toaster>());
    Effect::new(move || {
        if form.action.value().with(|value| matches!(value, Some(Ok(_)))) {
            toaster.show(ToastTone::Success, SAVED);
            // The header shows the name, too. Refetching also re-renders this section, so success is reported by a toast.
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
                <FormError form/>
                <FormSuccess form text=SAVED toasted=true/>
                <Form form class=css::form>
                    <Field name="name" label="Name" hint="How we call you. Only you see it." error=form.error_of("name")>
                        <Input autocomplete="name" value=name required=false/>
                    </Field>
                    <SubmitButton form label="Save" busy="Saving…"/>
                </Form>
            </CardBody>
        </Card>
    }
}
