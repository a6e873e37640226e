use huntaze_domain::{
    earnings::{PARTNER_ACCOUNT_RULES, PARTNER_KEY_RULES, PartnerConnectionView, PartnerView},
    validation::FieldError,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::css;
use crate::{
    api::earnings::{ConnectPartner, DisconnectPartner},
    features::{
        integrations::SandboxBadge,
        part::Part,
        time::{LocalTime, RelativeTime},
    },
    forms::{Form, FormError, FormState, rules, use_form},
    ui::{
        alert::{Alert, AlertTone},
        button::{Button, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
        checkbox::Checkbox,
        field::Field,
        input::{Input, InputType},
    },
};

/// Card of the partner that syncs earnings with the user's own API key: connection state, or a warning and the connect form.
#[component]
pub fn PartnerCard(
    /// Partner, with its connection if there is one.
    partner: PartnerView,
) -> impl IntoView {
    let (connect, disconnect) = (use_form::<ConnectPartner>(), use_form::<DisconnectPartner>());
    let content = match partner.connection {
        Some(link) => view! { <Link link disconnect/> }.into_any(),
        None => view! { <ConnectForm connect/> }.into_any(),
    };
    view! {
        <Part name="partner">
        <Card>
            <CardHeader>
                {partner.is_sandbox.then(|| view! { <p><SandboxBadge/></p> })}
                <h2>"Have them read by a partner"</h2>
                <p>"onlyfansapi.com reads your transactions twice a day with a key of your own there. Each reading costs you credits."</p>
            </CardHeader>
            <CardBody>
                <FormError form=connect/>
                <FormError form=disconnect/>
                {content}
            </CardBody>
        </Card>
        </Part>
    }
}

#[component]
fn ConnectForm(connect: FormState<ConnectPartner>) -> impl IntoView {
    view! {
        <Alert>"OnlyFans forbids automated access in its terms: the risk is yours. Never give us, or the partner’s key field, your OnlyFans password."</Alert>
        <Form form=connect class=css::form refresh="partner">
            <Field name="account" label="Account id at the partner" hint="Like acct_1234" rules=rules(PARTNER_ACCOUNT_RULES) error=connect.error_of("account")>
                <Input autocomplete="off" value=connect.value_of("account")/>
            </Field>
            <Field name="apiKey" label="API key" hint="It is stored encrypted." rules=rules(PARTNER_KEY_RULES) error=connect.error_of("apiKey")>
                <Input kind=InputType::Password autocomplete="off"/>
            </Field>
            <Checkbox name="accepted" checked=connect.value_of("accepted") == "on" required=FieldError::ConsentMissing.text()>
                "I have read this, and it is my decision."
            </Checkbox>
            <p id="accepted-error" class=css::problem aria-live="polite" data-error-for="accepted">{connect.error_of("accepted")}</p>
            <div><Button kind=ButtonType::Submit busy="Checking the key…">"Have them read"</Button></div>
        </Form>
    }
}

#[component]
fn Link(link: PartnerConnectionView, disconnect: FormState<DisconnectPartner>) -> impl IntoView {
    let read = match link.last_sync_at {
        Some(time) => view! { "Updated " <RelativeTime time/> }.into_any(),
        None => "Not read yet".into_any(),
    };
    let next = link.next_sync_at.map(|time| view! { ", next " <LocalTime time/> });
    let covers = link.first_day.zip(link.last_day).map(|(first, last)| format!(". {first} to {last}"));
    view! {
        <p><strong>{link.account}</strong></p>
        <p class=css::meta>{read} {next} {covers}</p>
        {link.reason.map(|reason| view! { <Alert tone=AlertTone::Danger>{reason.text()}</Alert> })}
        <details class=css::disclosure>
            <summary>"Have them read no more…"</summary>
            <div class=css::form>
                <p>"Your key and all earnings that the partner read are removed. Statements and days by hand stay."</p>
                <Form form=disconnect refresh="partner">
                    <Button kind=ButtonType::Submit variant=ButtonVariant::Danger busy="Removing…">"Remove key and earnings"</Button>
                </Form>
            </div>
        </details>
    }
}
