use huntaze_domain::earnings::{UPLOAD_PATH, statement::MAX_FILE_BYTES};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlFormElement, SubmitEvent};

use super::css;
use crate::{
    api::{earnings::upload_action, flash::take_flash},
    ui::{
        alert::{Alert, AlertTone},
        button::{Button, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
        field::Field,
        file_input::FileInput,
    },
};

/// Form that uploads a statement. The browser submits the file itself, so that it works without JavaScript.
#[component]
pub fn UploadForm() -> impl IntoView {
    let problem = RwSignal::new(take_flash(UPLOAD_PATH).and_then(|flash| flash.error).map(|error| error.message));
    let error = RwSignal::new(None::<String>);
    let is_sending = RwSignal::new(false);
    let file = NodeRef::<html::Input>::new();
    // The back/forward cache restores the page as it was left, with the button still loading.
    let comes_back = window_event_listener(leptos::ev::pageshow, move |_| is_sending.set(false));
    on_cleanup(move || comes_back.remove());
    let on_submit = move |event: SubmitEvent| {
        if is_sending.get_untracked() {
            event.prevent_default();
            return;
        }
        let size = file.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0)).map(|file| file.size());
        error.set(validate_file(size));
        if error.with_untracked(Option::is_some) {
            event.prevent_default();
            return;
        }
        // The CSRF token may be newer than the one the page was rendered with.
        if let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) {
            form.set_action(&upload_action());
        }
        is_sending.set(true);
    };
    view! {
        <Card>
            <CardHeader>
                <h2>"Import a statement"</h2>
                <p>"Export your earnings as CSV at OnlyFans, or anywhere else: any layout will do. You see what we understood before anything counts."</p>
            </CardHeader>
            <CardBody>
                {move || problem.get().map(|problem| view! { <Alert tone=AlertTone::Danger>{problem}</Alert> })}
                <form method="post" enctype="multipart/form-data" action=upload_action() class=css::form novalidate=true on:submit=on_submit>
                    <Field name="file" label="Statement" hint="CSV, at most 32 MB and 200,000 rows. We never ask for your OnlyFans password." error>
                        <FileInput accept=".csv,.tsv,.txt,text/csv" node_ref=file/>
                    </Field>
                    <div><Button kind=ButtonType::Submit variant=ButtonVariant::Primary loading=is_sending>"Upload statement"</Button></div>
                </form>
            </CardBody>
        </Card>
    }
}

/// Validates the chosen file by its size in bytes, or `None` if no file is chosen; returns the error message.
fn validate_file(size: Option<f64>) -> Option<String> {
    #[expect(clippy::cast_precision_loss, reason = "`MAX_FILE_BYTES` is far below 2^53, so the cast is exact")]
    match size {
        None => Some("Choose a file.".to_owned()),
        Some(size) if size > MAX_FILE_BYTES as f64 => Some("This file is too large. Export a shorter period.".to_owned()),
        Some(_) => None,
    }
}
