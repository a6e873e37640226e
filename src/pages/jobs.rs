//! Jobs page for admins, `/admin/jobs`.

use huntaze_domain::page::Page;
use huntaze_texts::Text;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::PageMeta;
use crate::{
    api::admin::{DismissJob, RetryJob, get_jobs},
    features::{
        admin::{AdminNav, FailedJobs, Queues},
        load_error::LoadError,
        part::Part,
    },
    forms::{FormError, FormSuccess, use_form},
};

/// `/admin/jobs`: queues and failed jobs, for admins.
#[component]
pub fn JobsPage() -> impl IntoView {
    let (retry, dismiss) = (use_form::<RetryJob>(), use_form::<DismissJob>());
    let page = use_query_map().with_untracked(|query| query.get("page").and_then(|page| page.parse::<u32>().ok()).unwrap_or(1).max(1));
    let report = Suspend::new(async move {
        match get_jobs(Some(page)).await {
            Ok(report) => {
                let queues = report.queues.clone();
                view! {
                    <FailedJobs report retry dismiss/>
                    <Queues queues/>
                }
                .into_any()
            }
            Err(error) => view! { <LoadError error/> }.into_any(),
        }
    });
    view! {
        <PageMeta title=Page::AdminJobs.text() description="What works in the background, and what failed."/>
        <h1>"Jobs"</h1>
        <AdminNav current=Page::AdminJobs.path()/>
        <FormError form=retry/>
        <FormError form=dismiss/>
        <FormSuccess form=retry text="It is tried again."/>
        <FormSuccess form=dismiss text="It is off the list."/>
        <Part name="jobs">{report}</Part>
    }
}
