use huntaze_domain::{
    admin::connection_doctor::{DryRun, FailureCount, PlatformDiagnostics, ScopeGrants, Spending},
    string_enum::StringEnum,
};
use huntaze_texts::{self as texts, Text};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::css;
use crate::{
    api::admin::TryConnection,
    features::{integrations::SandboxBadge, time::LocalTime},
    forms::{Form, FormState},
    ui::{
        a11y::VisuallyHidden,
        alert::{Alert, AlertTone},
        badge::{Badge, BadgeTone},
        button::{Button, ButtonSize, ButtonType},
        card::{Card, CardBody, CardHeader},
        copy_button::CopyButton,
    },
};

/// Diagnostics of each platform: configuration, granted scopes, spending, recent failures and a dry run.
#[component]
pub fn ConnectionDoctor(
    /// Diagnostics, one entry per platform.
    reports: Vec<PlatformDiagnostics>,
    /// Form that requests a platform's consent page as a dry run.
    dry_run: FormState<TryConnection>,
) -> impl IntoView {
    view! {
        <ul class=css::reports>
            {reports.into_iter().map(|report| view! { <li><Report report dry_run/></li> }).collect_view()}
        </ul>
    }
}

#[component]
fn Report(report: PlatformDiagnostics, dry_run: FormState<TryConnection>) -> impl IntoView {
    let platform = report.provider;
    let name = platform.text();
    let redirect_uri = format!("redirect-uri-{}", platform.as_str());
    let (tone, state) = if report.is_configured { (BadgeTone::Success, "Configured") } else { (BadgeTone::Warning, "Not configured") };
    let failures = if report.failures.is_empty() {
        view! { <p>"Nothing went wrong in the last seven days."</p> }.into_any()
    } else {
        view! { <ul class=css::failures>{report.failures.into_iter().map(|failure| view! { <Failure failure/> }).collect_view()}</ul> }
            .into_any()
    };
    view! {
        <Card>
            <CardHeader>
                <h2>{name}</h2>
                <p class=css::badges>
                    <Badge tone>{state}</Badge>
                    {report.is_sandbox.then(|| view! { <SandboxBadge/> })}
                </p>
            </CardHeader>
            <CardBody>
                {(!report.missing_variables.is_empty())
                    .then(|| view! { <p>"Not set: " <code class=css::code>{report.missing_variables.join(", ")}</code></p> })}
                <h3>"Redirect URI"</h3>
                <div class=css::row>
                    <code id=redirect_uri.clone() class=css::code>{report.redirect_uri}</code>
                    <CopyButton target=redirect_uri what=format!("the redirect URI of {name}")/>
                </div>
                <h3>"Permissions"</h3>
                <ul class=css::scopes>
                    {report.scopes.into_iter().map(|scope| view! { <Scope scope accounts=report.accounts/> }).collect_view()}
                </ul>
                {report.spending.map(|spending| view! { <SpendingLine spending/> })}
                <h3>"Failures"</h3>
                {failures}
                {report.is_configured.then(|| view! { <DryRunForm provider=platform.as_str() name dry_run/> })}
            </CardBody>
        </Card>
    }
}

#[component]
fn Scope(scope: ScopeGrants, accounts: u32) -> impl IntoView {
    view! { <li><code class=css::code>{scope.scope}</code> {format!(" allowed by {} of {accounts} accounts", scope.granted)}</li> }
}

#[component]
fn SpendingLine(spending: Spending) -> impl IntoView {
    view! { <p>{format!("Readings cost {} of {} this month.", dollars(spending.spent_micro_usd), dollars(spending.budget_micro_usd))}</p> }
}

#[component]
fn Failure(failure: FailureCount) -> impl IntoView {
    let FailureCount { reason, count, accounts, last_at } = failure;
    view! {
        <li>
            <strong>{reason.as_str()}</strong>
            {format!(", {count} × on {accounts} {}, last ", if accounts == 1 { "account" } else { "accounts" })}
            <LocalTime time=last_at/>
            <span class=css::advice>{texts::admin::advice(reason)}</span>
        </li>
    }
}

/// Form for the dry run of one platform, with its outcome. The outcome is in the URL query, `?tried=x&status=200`, so that it works without
/// JavaScript.
#[component]
fn DryRunForm(provider: &'static str, name: &'static str, dry_run: FormState<TryConnection>) -> impl IntoView {
    let status = use_query_map().with_untracked(|query| {
        query.get("tried").filter(|tried| tried == provider).and_then(|_| query.get("status")?.parse::<u16>().ok())
    });
    view! {
        <Form form=dry_run>
            <input type="hidden" name="provider" value=provider/>
            <Button kind=ButtonType::Submit size=ButtonSize::Small>
                "Try the consent page"
                <VisuallyHidden>{format!(" of {name}")}</VisuallyHidden>
            </Button>
        </Form>
        {status.map(outcome)}
    }
}

fn outcome(status: u16) -> impl IntoView {
    let (tone, text) = if DryRun::is_well(status) {
        (AlertTone::Success, format!("It answers {status}: the platform knows us."))
    } else {
        (AlertTone::Danger, format!("It answers {status}: check the client id and the redirect URI."))
    };
    view! { <Alert tone>{text}</Alert> }
}

/// Formats an amount in millionths of a dollar, truncated to cents.
fn dollars(micro: i64) -> String {
    let cents = micro / 10_000;
    format!("${}.{:02}", cents / 100, cents.unsigned_abs() % 100)
}
