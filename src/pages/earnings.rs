//! Earnings page, `/integrations/onlyfans`.

use huntaze_domain::page::Page;
use huntaze_texts::Text;
use leptos::prelude::*;

use super::PageMeta;
use crate::{
    api::earnings::{DeleteDailyTotal, DisconnectPartner, get_earnings},
    features::{
        earnings::{DailyTotals, PartnerCard, Statements, UploadForm, use_daily_total_form, use_partner_form},
        load_error::LoadError,
    },
    forms::use_form,
    ui::skeleton::Skeleton,
};

/// Statements, manual daily totals and the partner connection.
#[component]
pub fn EarningsPage() -> impl IntoView {
    let save = use_daily_total_form();
    let delete = use_form::<DeleteDailyTotal>(|_| Ok(()));
    let (connect, disconnect) = (use_partner_form(), use_form::<DisconnectPartner>(|_| Ok(())));
    let changes = [save.action.version(), delete.action.version(), connect.action.version(), disconnect.action.version()];
    let earnings = Resource::new(move || changes.map(|changes| changes.get()), |_| get_earnings());
    view! {
        <PageMeta title=Page::Earnings.text() description="Import your statements, or enter days by hand."/>
        <p><a href=Page::Integrations.path()>"Integrations"</a></p>
        <h1>"OnlyFans earnings"</h1>
        <UploadForm/>
        <Transition fallback=|| view! { <Skeleton label="Loading your earnings"/> }>
            {move || Suspend::new(async move {
                match earnings.await {
                    Ok(earnings) => view! {
                        <Statements statements=earnings.statements/>
                        <DailyTotals totals=earnings.daily_totals currency=earnings.currency save delete/>
                        {earnings.partner.map(|partner| view! { <PartnerCard partner connect disconnect/> })}
                    }
                    .into_any(),
                    Err(error) => view! { <LoadError error/> }.into_any(),
                }
            })}
        </Transition>
    }
}
