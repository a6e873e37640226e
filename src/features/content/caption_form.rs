use huntaze_domain::{
    content::captions::{CaptionRequest, Tone},
    onboarding::ContentType,
    platform::Platform,
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::css;
use crate::{
    api::content::GenerateCaption,
    forms::{Form, FormError, FormState},
    ui::{
        button::{Button, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
        field::Field,
        input::Input,
        select::{Select, SelectOption},
        text_area::TextArea,
    },
};

/// Form that requests captions for a post.
#[component]
pub fn CaptionForm(
    form: FormState<GenerateCaption>,
    /// Previous request, used as initial values.
    before: Option<CaptionRequest>,
) -> impl IntoView {
    // Values posted without JavaScript take precedence over those of the previous request.
    let typed = |name: &str, asked: Option<String>| Some(form.value_of(name)).filter(|text| !text.is_empty()).or(asked).unwrap_or_default();
    let platforms = options::<Platform>(&typed("platform", before.as_ref().map(|before| before.platform.as_str().to_owned())));
    let content_types =
        options::<ContentType>(&typed("contentType", before.as_ref().map(|before| before.content_type.as_str().to_owned())));
    let tones = options::<Tone>(&typed("tone", before.as_ref().map(|before| before.tone.as_str().to_owned())));
    let keywords = typed("keywords[]", before.as_ref().map(|before| before.keywords.join(", ")));
    let description = typed("description", before.map(|before| before.description));
    view! {
        <Card>
            <CardHeader>
                <h2>"Captions for a post"</h2>
                <p>"Three variants. A request of your month is used only when they are there."</p>
            </CardHeader>
            <CardBody>
                <FormError form/>
                <Form form class=css::form>
                    <div class=css::choices>
                        <Field name="platform" label="Platform" error=form.error_of("platform")>
                            <Select options=platforms/>
                        </Field>
                        <Field name="contentType" label="What you post" error=form.error_of("contentType")>
                            <Select options=content_types/>
                        </Field>
                        <Field name="tone" label="Tone" error=form.error_of("tone")>
                            <Select options=tones/>
                        </Field>
                    </div>
                    <Field name="description" label="What the post is about" error=form.error_of("description")>
                        <TextArea value=description/>
                    </Field>
                    <Field
                        name="keywords[]"
                        id="keywords"
                        label="Keywords"
                        hint="Split by commas; leave empty for none."
                        error=form.error_of("keywords")
                    >
                        <Input autocomplete="off" value=keywords/>
                    </Field>
                    <div>
                        <Button kind=ButtonType::Submit variant=ButtonVariant::Primary busy="Writing…">"Write captions"</Button>
                    </div>
                </Form>
            </CardBody>
        </Card>
    }
}

fn options<T: StringEnum + Text>(chosen: &str) -> Vec<SelectOption> {
    let option =
        |choice: &T| SelectOption { value: choice.as_str().into(), label: choice.text().into(), selected: choice.as_str() == chosen };
    T::ALL.iter().map(option).collect()
}
