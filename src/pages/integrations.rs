//! Integrations page, `/integrations`.

use futures::join;
use huntaze_domain::{
    accounts::Role,
    error::ErrorCode,
    ids::IntegrationId,
    integrations::{IntegrationEventLog, IntegrationsStatus},
    page::Page,
};
use huntaze_texts::Text;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::PageMeta;
use crate::{
    api::{
        accounts::get_current_user,
        integrations::{ConnectIntegration, DisconnectIntegration, RefreshIntegration, get_integration_events, get_integrations_status},
    },
    error::ApiError,
    features::{
        integrations::{AccountCards, DeleteHistoryDialog, DisconnectDialog, EventLogDialog, Lead, Outcome, OutcomeAlert},
        load_error::LoadError,
        part::Part,
    },
    forms::{FormError, FormState, FormSuccess, use_form},
    islands::IntegrationsGrid,
};

/// `/integrations`: connected accounts and platforms. The query reports an outcome (`?connected=&integrationId=`, `?error=&provider=`,
/// `?disconnected=`) or opens a dialog (`?disconnect=`, `?delete=`, `?events=`).
#[component]
pub fn IntegrationsPage() -> impl IntoView {
    let (connect, refresh) = (use_form::<ConnectIntegration>(), use_form::<RefreshIntegration>());
    let disconnect = use_form::<DisconnectIntegration>();
    let query = use_query_map().get_untracked();
    let content = Suspend::new(async move {
        let (user, status, history) = join!(get_current_user(), get_integrations_status(), load_events(query.get("events")));
        let is_admin = user.is_ok_and(|user| user.role == Role::Admin);
        let cards = match &status {
            Ok(status) => view! { <AccountCards status=status.clone() connect refresh is_admin/> }.into_any(),
            Err(error) => view! { <LoadError error=error.clone()/> }.into_any(),
        };
        let status = status.ok();
        let outcome = status.as_ref().and_then(|status| Outcome::read(|name| query.get(name), status));
        view! {
            {outcome.map(|outcome| view! { <OutcomeAlert outcome/> })}
            <IntegrationsGrid><Part name="integrations">{cards}</Part></IntegrationsGrid>
            {status.map(|status| confirm_dialog(&status, |name| query.get(name), disconnect))}
            {history.map(|history| view! { <EventLogDialog history/> })}
        }
    });
    view! {
        <PageMeta title=Page::Integrations.text() description="Your accounts at the platforms, and how they are."/>
        <h1>"Integrations"</h1>
        <Lead/>
        <FormError form=connect/>
        // With JavaScript, a toast says it; the card keeps the reason.
        {refresh.has_failed().then(|| view! { <FormError form=refresh/> })}
        // Without JavaScript the dialog is closed after the post, so its error is shown here, too.
        <FormError form=disconnect/>
        <FormSuccess form=refresh text="The account was read just now." toasted=true/>
        {content}
    }
}

async fn load_events(id: Option<String>) -> Option<Result<IntegrationEventLog, ApiError>> {
    match id {
        Some(id) if id.parse::<IntegrationId>().is_err() => Some(Err(ErrorCode::NotFound.into())),
        Some(id) => Some(get_integration_events(id).await),
        None => None,
    }
}

/// Returns the dialog that the query asks for, if the account that it names is one of the user's.
fn confirm_dialog(
    status: &IntegrationsStatus,
    query: impl Fn(&str) -> Option<String>,
    form: FormState<DisconnectIntegration>,
) -> Option<AnyView> {
    if let Some(id) = query("disconnect") {
        let account = status.integrations.iter().find(|account| account.id.to_string() == id)?;
        let name = huntaze_texts::integrations::account(account.provider, &account.account_name);
        return Some(view! { <DisconnectDialog id name form/> }.into_any());
    }
    let id = query("delete")?;
    let account = status.disconnected.iter().find(|account| account.id.to_string() == id)?;
    let name = huntaze_texts::integrations::account(account.provider, &account.account_name);
    Some(view! { <DeleteHistoryDialog id name form/> }.into_any())
}
