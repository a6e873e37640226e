//! Connection diagnostics page for admins, `/admin/connections`.

use huntaze_domain::page::Page;
use huntaze_texts::Text;
use leptos::prelude::*;

use super::PageMeta;
use crate::{
    api::admin::{TryConnection, get_connections},
    features::{
        admin::{AdminNav, ConnectionDoctor},
        load_error::LoadError,
    },
    forms::{FormError, use_form},
};

/// `/admin/connections`: diagnostics of the platforms, for admins.
#[component]
pub fn ConnectionsPage() -> impl IntoView {
    let dry_run = use_form::<TryConnection>();
    let reports = Suspend::new(async move {
        match get_connections().await {
            Ok(reports) => view! { <ConnectionDoctor reports dry_run/> }.into_any(),
            Err(error) => view! { <LoadError error/> }.into_any(),
        }
    });
    view! {
        <PageMeta title=Page::AdminConnections.text() description="How each platform is set up, and how it goes."/>
        <h1>"Connection doctor"</h1>
        <AdminNav current=Page::AdminConnections.path()/>
        <FormError form=dry_run/>
        {reports}
    }
}
