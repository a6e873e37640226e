//! Earnings page, `/integrations/onlyfans`.

use huntaze_domain::page::Page;
use huntaze_texts::Text;
use leptos::prelude::*;

use super::PageMeta;
use crate::{
    api::earnings::get_earnings,
    features::{
        earnings::{DailyTotals, PartnerCard, Statements, UploadForm},
        load_error::LoadError,
    },
};

/// Statements, manual daily totals and the partner connection.
#[component]
pub fn EarningsPage() -> impl IntoView {
    let earnings = Suspend::new(async move {
        match get_earnings().await {
            Ok(earnings) => view! {
                <Statements statements=earnings.statements/>
                <DailyTotals totals=earnings.daily_totals currency=earnings.currency/>
                {earnings.partner.map(|partner| view! { <PartnerCard partner/> })}
            }
            .into_any(),
            Err(error) => view! { <LoadError error/> }.into_any(),
        }
    });
    view! {
        <PageMeta title=Page::Earnings.text() description="Import your statements, or enter days by hand."/>
        <p><a href=Page::Integrations.path()>"Integrations"</a></p>
        <h1>"OnlyFans earnings"</h1>
        <UploadForm/>
        {earnings}
    }
}
