use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    forms::{Form, FormState},
    ui::button::{Button, ButtonSize, ButtonType},
};

/// Button that repeats a request and bypasses the cache; shown for answers that were cache hits.
#[component]
pub fn RegenerateButton<F: ServerFn>(
    /// Form whose request is repeated.
    form: FormState<F>,
    /// Names and values of the form fields of the request.
    request: Vec<(&'static str, String)>,
) -> impl IntoView {
    let fields = request.into_iter().chain([("regenerate", "true".to_owned())]);
    view! {
        <Form form>
            {fields.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
            <Button kind=ButtonType::Submit size=ButtonSize::Small busy="Writing…">"Write anew"</Button>
        </Form>
    }
}
