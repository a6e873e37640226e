use huntaze_domain::{
    ids::IntegrationId,
    integrations::{DataRetention, IntegrationsStatus},
    page::Page,
    platform::Platform,
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::{
    css,
    url_dialog::{use_dialog_open, use_dialog_subject},
};
use crate::{
    api::integrations::DisconnectIntegration,
    error::ApiError,
    forms::{Form, FormError, FormState},
    ui::{
        button::{Button, ButtonLink, ButtonType, ButtonVariant},
        dialog::{Dialog, DialogActions},
        option_group::{OptionGroup, OptionItem},
    },
};

/// Resource with the user's accounts.
type Status = Resource<Result<IntegrationsStatus, ApiError>>;

/// Dialogs that confirm disconnecting an account or deleting its data. Rendered once, so that an open dialog survives a refetch.
#[component]
pub fn ConfirmDialogs(status: Status, form: FormState<DisconnectIntegration>) -> impl IntoView {
    let is_known = Memo::new(move |_| status.with(|status| matches!(status, Some(Ok(_)))));
    move || is_known.get().then(|| view! { <DisconnectDialog status form/> <DeleteHistoryDialog status form/> })
}

/// Confirms disconnecting an account, `/integrations?disconnect={id}`, and asks whether to keep or delete its data.
#[component]
fn DisconnectDialog(status: Status, form: FormState<DisconnectIntegration>) -> impl IntoView {
    let names = Names::new(status, |status| {
        status.integrations.iter().map(|account| (account.id, account.provider, &*account.account_name)).collect()
    });
    let id = use_dialog_subject("disconnect", move |id| names.find(id).is_some());
    let open = use_dialog_open(id);
    clear_form_error(id, form);
    let name = move || id.get().and_then(|id| names.find(&id)).unwrap_or_default();
    let items = DataRetention::ALL.iter().map(|choice| OptionItem {
        value: choice.as_str(),
        label: choice.text(),
        checked: *choice == DataRetention::Keep,
    });
    view! {
        <Dialog id="disconnect" title=Signal::derive(move || format!("Disconnect {}?", name())) open>
            <p>"Huntaze withdraws its access there and forgets it here."</p>
            <FormError form/>
            <Form form class=css::question>
                <input type="hidden" name="id" value=move || id.get()/>
                <OptionGroup name="data" legend="What was read of this account" single=true items=items.collect()/>
                <DialogActions>
                    <ButtonLink href=Page::Integrations.path() prop:replace=true>"Stay connected"</ButtonLink>
                    <Button kind=ButtonType::Submit variant=ButtonVariant::Danger loading=form.is_pending()>"Disconnect"</Button>
                </DialogActions>
            </Form>
        </Dialog>
    }
}

/// Confirms deleting the data of a disconnected account: `/integrations?delete={id}`.
#[component]
fn DeleteHistoryDialog(status: Status, form: FormState<DisconnectIntegration>) -> impl IntoView {
    let names = Names::new(status, |status| {
        status.disconnected.iter().map(|account| (account.id, account.provider, &*account.account_name)).collect()
    });
    let id = use_dialog_subject("delete", move |id| names.find(id).is_some());
    let open = use_dialog_open(id);
    clear_form_error(id, form);
    let name = move || id.get().and_then(|id| names.find(&id)).unwrap_or_default();
    view! {
        <Dialog id="delete-history" title=Signal::derive(move || format!("Delete the figures of {}?", name())) open>
            <p>"All that was read of this account is deleted. This cannot be undone."</p>
            <FormError form/>
            <Form form>
                <input type="hidden" name="id" value=move || id.get()/>
                <input type="hidden" name="data" value=DataRetention::Delete.as_str()/>
                <DialogActions>
                    <ButtonLink href=Page::Integrations.path() prop:replace=true>"Keep them"</ButtonLink>
                    <Button kind=ButtonType::Submit variant=ButtonVariant::Danger loading=form.is_pending()>"Delete"</Button>
                </DialogActions>
            </Form>
        </Dialog>
    }
}

/// Clears the form's error when the dialog changes to another account or is closed.
fn clear_form_error(id: Memo<Option<String>>, form: FormState<DisconnectIntegration>) {
    Effect::new(move |before: Option<Option<String>>| {
        let id = id.get();
        if before.is_some_and(|before| before != id) {
            form.form_error.set(None);
        }
        id
    });
}

/// Pairs of account id and display name.
#[derive(Clone, Copy)]
struct Names(Memo<Vec<(String, String)>>);

impl Names {
    fn new(status: Status, accounts: fn(&IntegrationsStatus) -> Vec<(IntegrationId, Platform, &str)>) -> Self {
        let name = |(id, platform, name): (IntegrationId, Platform, &str)| (id.to_string(), format!("{} @{name}", platform.text()));
        Self(Memo::new(move |_| match status.get() {
            Some(Ok(status)) => accounts(&status).into_iter().map(name).collect(),
            _ => Vec::new(),
        }))
    }

    fn find(self, id: &str) -> Option<String> {
        self.0.with(|names| names.iter().find(|(known, _)| known == id).map(|(_, name)| name.clone()))
    }
}
