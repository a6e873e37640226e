use huntaze_domain::earnings::statement::MAX_FILE_BYTES;
use leptos::prelude::*;

use super::css;
use crate::{
    forms::{UploadError, upload_action},
    ui::{
        button::{Button, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
        field::{Field, Rules},
        file_input::FileInput,
    },
};

/// The file is required.
const FILE_RULES: Rules = Rules { required: Some("Choose a file."), min_length: None, max_length: None, pattern: None };
const TOO_LARGE: &str = "This file is too large. Export a shorter period.";

/// Form that uploads a statement.
#[component]
pub fn UploadForm() -> impl IntoView {
    view! {
        <Card>
            <CardHeader>
                <h2>"Import a statement"</h2>
                <p>"Export your earnings as CSV at OnlyFans, or anywhere else: any layout will do. You see what we understood before anything counts."</p>
            </CardHeader>
            <CardBody>
                <UploadError/>
                <form method="post" enctype="multipart/form-data" action=upload_action() class=css::form novalidate=true>
                    <Field name="file" label="Statement" hint="CSV, at most 32 MB and 200,000 rows. We never ask for your OnlyFans password." rules=FILE_RULES>
                        <FileInput accept=".csv,.tsv,.txt,text/csv" max_bytes=(MAX_FILE_BYTES, TOO_LARGE)/>
                    </Field>
                    <progress hidden=true aria-label="Upload"></progress>
                    <div><Button kind=ButtonType::Submit variant=ButtonVariant::Primary busy="Uploading…">"Upload statement"</Button></div>
                </form>
            </CardBody>
        </Card>
    }
}
