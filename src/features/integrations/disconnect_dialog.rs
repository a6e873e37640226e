use huntaze_domain::{integrations::DataRetention, page::Page, string_enum::StringEnum};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::css;
use crate::{
    api::integrations::DisconnectIntegration,
    forms::{Form, FormError, FormState},
    ui::{
        button::{Button, ButtonLink, ButtonType, ButtonVariant},
        dialog::{Dialog, DialogActions},
        option_group::{OptionGroup, OptionItem},
    },
};

/// Confirms disconnecting an account, `/integrations?disconnect={id}`, and asks whether to keep or delete its data.
#[component]
pub fn DisconnectDialog(
    /// Id of the account.
    id: String,
    /// Name of the account, with its platform.
    name: String,
    form: FormState<DisconnectIntegration>,
) -> impl IntoView {
    let items = DataRetention::ALL.iter().map(|choice| OptionItem {
        value: choice.as_str(),
        label: choice.text(),
        checked: *choice == DataRetention::Keep,
    });
    view! {
        <Dialog id="disconnect" title=format!("Disconnect {name}?") closed_url=Page::Integrations.path()>
            <p>"Huntaze withdraws its access there and forgets it here."</p>
            <FormError form/>
            <Form form class=css::question>
                <input type="hidden" name="id" value=id/>
                <OptionGroup name="data" legend="What was read of this account" single=true items=items.collect()/>
                <DialogActions>
                    <ButtonLink href=Page::Integrations.path()>"Stay connected"</ButtonLink>
                    <Button kind=ButtonType::Submit variant=ButtonVariant::Danger busy="Disconnecting…">"Disconnect"</Button>
                </DialogActions>
            </Form>
        </Dialog>
    }
}

/// Confirms deleting the data of a disconnected account: `/integrations?delete={id}`.
#[component]
pub fn DeleteHistoryDialog(
    /// Id of the account.
    id: String,
    /// Name of the account, with its platform.
    name: String,
    form: FormState<DisconnectIntegration>,
) -> impl IntoView {
    view! {
        <Dialog
            id="delete-history"
            title=format!("Delete the figures of {name}?")
            closed_url=Page::Integrations.path()
        >
            <p>"All that was read of this account is deleted. This cannot be undone."</p>
            <FormError form/>
            <Form form>
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="data" value=DataRetention::Delete.as_str()/>
                <DialogActions>
                    <ButtonLink href=Page::Integrations.path()>"Keep them"</ButtonLink>
                    <Button kind=ButtonType::Submit variant=ButtonVariant::Danger busy="Deleting…">"Delete"</Button>
                </DialogActions>
            </Form>
        </Dialog>
    }
}
