use leptos::{
    prelude::*,
    server_fn::{Http, ServerFn, codec::PostUrl},
};

use crate::{
    forms::{Form, FormFunction, FormState, error_message},
    ui::{
        button::{Button, ButtonSize, ButtonType},
        toast::{ToastTone, Toaster},
    },
};

/// Button that repeats a request and bypasses the cache; shown for answers that were cache hits.
#[component]
pub fn RegenerateButton<F, O>(
    /// Form whose request is repeated.
    form: FormState<F>,
    /// Names and values of the form fields of the request.
    request: Vec<(&'static str, String)>,
) -> impl IntoView
where
    F: FormFunction + ServerFn<Protocol = Http<PostUrl, O>>,
    O: 'static,
{
    // The form shows its error further up the page, so errors of requests made with this button are also shown as a toast.
    let (toaster, is_asked) = (expect_context::<Toaster>(), StoredValue::new(false));
    Effect::new(move || {
        if let Some(Err(error)) = form.action.value().get()
            && is_asked.try_update_value(std::mem::take).unwrap_or_default()
        {
            toaster.show(ToastTone::Danger, error_message(&error));
        }
    });
    let fields = request.into_iter().chain([("regenerate", "true".to_owned())]);
    view! {
        <Form form>
            {fields.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
            <Button kind=ButtonType::Submit size=ButtonSize::Small loading=form.is_pending() on:click=move |_| is_asked.set_value(true)>
                {move || if form.is_pending().get() { "Writing…" } else { "Write anew" }}
            </Button>
        </Form>
    }
}
