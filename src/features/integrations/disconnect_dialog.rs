use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate, hooks::use_query_map};

use crate::{
    api::integrations::DisconnectIntegration,
    domain::{
        choice::Choice,
        integration::{IntegrationView, IntegrationsStatus},
    },
    hooks::form::{Form, FormState, Problem},
    ui::{
        button::{Button, ButtonLink, ButtonType, ButtonVariant},
        dialog::{Dialog, DialogActions},
    },
};

/// Asks before an account is let go. The address says which: `/integrations?disconnect={id}`, so that it works without a script, and the
/// back button closes it.
#[component]
pub fn DisconnectDialog(
    /// The accounts there are.
    status: IntegrationsStatus,
    form: FormState<DisconnectIntegration>,
) -> impl IntoView {
    let query = use_query_map();
    let navigate = use_navigate();
    let account = Memo::new(move |_| {
        let id = query.with(|query| query.get("disconnect"))?;
        status.integrations.iter().find(|account| account.id.to_string() == id).cloned()
    });
    let open = RwSignal::new(account.with_untracked(Option::is_some));
    Effect::new(move || open.set(account.with(Option::is_some)));
    let close = move || navigate("/integrations", NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    Effect::new(move || {
        // Closed with Escape: the address follows.
        if !open.get() && account.with_untracked(Option::is_some) {
            close();
        }
    });
    let name = move || account.with(|account| account.as_ref().map(name_of).unwrap_or_default());
    view! {
        <Dialog id="disconnect" title=Signal::derive(move || format!("Disconnect {}?", name())) open>
            <p>"Huntaze withdraws its access there, and deletes the figures of this account here. This cannot be undone."</p>
            <Problem form/>
            <Form form>
                <input
                    type="hidden"
                    name="id"
                    value=move || account.with(|account| account.as_ref().map(|account| account.id.to_string()))
                />
                <DialogActions>
                    <ButtonLink href="/integrations" prop:replace=true>"Keep it"</ButtonLink>
                    <Button kind=ButtonType::Submit variant=ButtonVariant::Danger loading=form.is_pending()>"Disconnect"</Button>
                </DialogActions>
            </Form>
        </Dialog>
    }
}

fn name_of(account: &IntegrationView) -> String {
    format!("{} @{}", account.provider.label(), account.account_name)
}
