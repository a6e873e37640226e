use huntaze_domain::{
    admin::jobs::{FailedJob, JobsOverview, QueueStats},
    page::Page,
};
use huntaze_texts::Text;
use leptos::{prelude::*, server_fn::ServerFn};

use super::css;
use crate::{
    api::admin::{DismissJob, RetryJob},
    features::time::LocalTime,
    forms::{Form, FormState},
    ui::{
        a11y::VisuallyHidden,
        button::{Button, ButtonSize, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
        pagination::Pagination,
        table::Table,
    },
};

/// Table with the number of pending and running jobs of each kind.
#[component]
pub fn Queues(
    /// Stats of one queue per job kind.
    queues: Vec<QueueStats>,
) -> impl IntoView {
    view! {
        <Card>
            <CardHeader>
                <h2>"Queues"</h2>
            </CardHeader>
            <CardBody>
                <Table label="Queues" numbers=true whole=true>
                    <thead>
                        <tr>
                            <th scope="col">"Job"</th>
                            <th scope="col">"Waiting"</th>
                            <th scope="col">"Running"</th>
                            <th scope="col">"Oldest since"</th>
                        </tr>
                    </thead>
                    <tbody>{queues.into_iter().map(|queue| view! { <QueueRow queue/> }).collect_view()}</tbody>
                </Table>
            </CardBody>
        </Card>
    }
}

#[component]
fn QueueRow(queue: QueueStats) -> impl IntoView {
    let since = match queue.oldest_pending_at {
        Some(time) => view! { <LocalTime time/> }.into_any(),
        None => "Nothing waits".into_any(),
    };
    view! {
        <tr>
            <th scope="row">{queue.kind.text()}</th>
            <td>{queue.pending}</td>
            <td>{queue.running}</td>
            <td>{since}</td>
        </tr>
    }
}

/// Paginated list of permanently failed jobs, with buttons that retry or dismiss them.
#[component]
pub fn FailedJobs(
    /// Page of failed jobs, newest first.
    report: JobsOverview,
    retry: FormState<RetryJob>,
    dismiss: FormState<DismissJob>,
) -> impl IntoView {
    let JobsOverview { failed, failed_total, page, pages, .. } = report;
    let list = if failed.is_empty() {
        view! { <p>"No job has failed."</p> }.into_any()
    } else {
        view! { <ul class=css::failures>{failed.into_iter().map(|job| view! { <Item job retry dismiss/> }).collect_view()}</ul> }.into_any()
    };
    view! {
        <Card>
            <CardHeader>
                <h2>{format!("Failed jobs ({failed_total})")}</h2>
                <p>"Those that were given up in the last 30 days. What they were about says so, too, to whom it belongs."</p>
            </CardHeader>
            <CardBody>
                {list}
                <Pagination label="Pages of failed jobs" page pages href=|page| Page::AdminJobs.link(&[("page", &page)])/>
            </CardBody>
        </Card>
    }
}

#[component]
fn Item(job: FailedJob, retry: FormState<RetryJob>, dismiss: FormState<DismissJob>) -> impl IntoView {
    let FailedJob { id, kind, subject_id, attempts, error, failed_at } = job;
    let of = format!(": {} {subject_id}", kind.text());
    view! {
        <li class=css::job>
            <p><strong>{kind.text()}</strong> " " <code class=css::code>{subject_id}</code></p>
            <p class=css::advice>
                {format!("{attempts} {}, given up ", if attempts == 1 { "attempt" } else { "attempts" })} <LocalTime time=failed_at/>
            </p>
            <p class=css::code>{error}</p>
            <div class=css::row>
                <JobButton form=retry id=id.clone() label="Try again" of=of.clone() variant=ButtonVariant::Secondary/>
                <JobButton form=dismiss id label="Remove from the list" of variant=ButtonVariant::Ghost/>
            </div>
        </li>
    }
}

#[component]
fn JobButton<F: ServerFn>(form: FormState<F>, id: String, label: &'static str, of: String, variant: ButtonVariant) -> impl IntoView {
    view! {
        <Form form refresh="jobs">
            <input type="hidden" name="id" value=id/>
            <Button kind=ButtonType::Submit size=ButtonSize::Small variant>
                {label} <VisuallyHidden>{of}</VisuallyHidden>
            </Button>
        </Form>
    }
}
