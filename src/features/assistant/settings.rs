use huntaze_domain::{
    accounts::Plan,
    assistant::settings::{AiSettings, VOICE_SAMPLE_COUNT},
    billing::dollars,
    money::Currency,
};
use leptos::prelude::*;

use crate::{
    api::{
        ai::get_ai_status,
        assistant::{SaveAiSettings, get_ai_settings},
    },
    features::{accounts::settings::css, ai::SetupNotice, load_error::LoadError},
    forms::{Form, FormError, FormState, FormSuccess, SubmitButton, use_form},
    ui::{
        card::{Card, CardBody, CardHeader},
        field::Field,
        input::Input,
        text_area::TextArea,
    },
};

/// Ids and labels of the fields for voice samples.
const LABELS: [(&str, &str); VOICE_SAMPLE_COUNT] =
    [("sample-1", "A text of yours"), ("sample-2", "Another one"), ("sample-3", "A third one")];

/// AI settings: writing voice and monthly cost cap.
#[component]
pub fn AiSection() -> impl IntoView {
    let form = use_form::<SaveAiSettings>();
    let content = Suspend::new(async move {
        match (get_ai_status().await, get_ai_settings().await) {
            (Ok(setup), Ok(settings)) => view! {
                <SetupNotice setup/>
                <Fields form settings/>
            }
            .into_any(),
            (Err(error), _) | (_, Err(error)) => view! { <LoadError error/> }.into_any(),
        }
    });
    view! {
        <Card>
            <CardHeader>
                <h2>"AI"</h2>
                <p>"How captions and answers to fans should sound."</p>
            </CardHeader>
            <CardBody>
                <FormError form/>
                <FormSuccess form text="Your AI settings are saved."/>
                {content}
            </CardBody>
        </Card>
    }
}

#[component]
fn Fields(form: FormState<SaveAiSettings>, settings: AiSettings) -> impl IntoView {
    let AiSettings { plan, voice, monthly_cap_micro_usd, spent_micro_usd } = settings;
    let typed = form.values_of("samples[]");
    let samples = if form.was_sent() { typed } else { voice.samples };
    let banned_words = if form.was_sent() { form.value_of("bannedWords") } else { voice.banned_words.join(", ") };
    let kept_cap = monthly_cap_micro_usd.map(|cap| Currency::Usd.format_minor(cap / 10_000)).unwrap_or_default();
    let cap = if form.was_sent() { form.value_of("monthlyCap") } else { kept_cap.clone() };
    let samples = LABELS.into_iter().enumerate().map(move |(index, (id, label))| {
        let value = samples.get(index).cloned().unwrap_or_default();
        view! {
            <Field name="samples[]" id label error=form.error_of("samples")>
                <TextArea rows=3 value/>
            </Field>
        }
    });
    // The Premium plan has no request quota; its users can set a cost cap instead.
    let cap = match plan {
        Plan::Premium => view! {
            <Field
                name="monthlyCap"
                label="Most that AI may cost in a month"
                hint="In dollars; leave empty for no cap of your own."
                error=form.error_of("monthlyCap")
            >
                <Input autocomplete="off" inputmode="decimal" value=cap/>
            </Field>
        }
        .into_any(),
        Plan::Free | Plan::Pro => view! { <input type="hidden" name="monthlyCap" value=kept_cap/> }.into_any(),
    };
    view! {
        <Form form class=css::form>
            {samples.collect_view()}
            <Field name="bannedWords" label="Words you never use" hint="Split by commas." error=form.error_of("bannedWords")>
                <Input autocomplete="off" value=banned_words/>
            </Field>
            {cap}
            <p class=css::meta>{format!("This month AI has cost {} for you.", dollars(spent_micro_usd))}</p>
            <SubmitButton label="Save AI settings" busy="Saving…"/>
        </Form>
    }
}
