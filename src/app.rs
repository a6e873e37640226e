//! HTML document and route table.

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute},
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    assets::{Assets, SPECULATION_RULES, VITALS},
    features::shell::AppShell,
    pages::{
        ai_costs::AiCostsPage,
        analytics::AnalyticsPage,
        assistant::AssistantPage,
        beta::BetaPage,
        connections::ConnectionsPage,
        content::ContentPage,
        earnings::EarningsPage,
        forgot_password::ForgotPasswordPage,
        home::HomePage,
        integrations::IntegrationsPage,
        jobs::JobsPage,
        login::LoginPage,
        not_found::NotFoundPage,
        onboarding::{ContentTypesPage, GoalsPage, PlatformsPage},
        register::RegisterPage,
        reset_password::ResetPasswordPage,
        sales::SalesPage,
        settings::SettingsPage,
        statement::StatementPage,
        verify_email::VerifyEmailPage,
    },
};

#[cfg(feature = "gallery")]
use crate::pages::gallery::{GalleryPage, StoryPage};

/// Returns the document of a page.
pub fn shell(assets: &Assets) -> impl IntoView + use<> {
    let reload = assets.is_watched.then(|| view! { <AutoReload options=assets.options.clone()/> });
    document_with(assets, view! { {reload} <MetaTags/> }, view! { <App/> })
}

/// Returns a document for pages outside the application. The suffix " · Huntaze" is added to `title`.
pub fn document(assets: &Assets, title: &'static str, body: impl IntoView) -> impl IntoView {
    document_with(assets, view! { <title>{format!("{title} · Huntaze")}</title> }, body)
}

fn document_with<H: IntoView, B: IntoView>(assets: &Assets, head: H, body: B) -> impl IntoView + use<H, B> {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="theme-color" content="#000000"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <link rel="stylesheet" id="leptos" href=assets.styles.clone()/>
                {head}
                <script type="speculationrules">{SPECULATION_RULES}</script>
                <script>{VITALS}</script>
            </head>
            <body>{body}</body>
        </html>
    }
}

/// Route table.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        // leptos_meta does not escape titles.
        <Title formatter=|title: String| format!("{} · Huntaze", html_escape::encode_text(&title))/>
        <Router>
            <Routes fallback=|| view! { <NotFoundPage/> }>
                <Route path=path!("/beta") view=BetaPage ssr=SsrMode::Async/>
                <Route path=path!("/login") view=LoginPage ssr=SsrMode::Async/>
                <Route path=path!("/register") view=RegisterPage ssr=SsrMode::Async/>
                <Route path=path!("/verify-email") view=VerifyEmailPage ssr=SsrMode::Async/>
                <Route path=path!("/forgot-password") view=ForgotPasswordPage ssr=SsrMode::Async/>
                <Route path=path!("/reset-password") view=ResetPasswordPage ssr=SsrMode::Async/>
                <Route path=path!("/onboarding/step-1") view=ContentTypesPage ssr=SsrMode::Async/>
                <Route path=path!("/onboarding/step-2") view=PlatformsPage ssr=SsrMode::Async/>
                <Route path=path!("/onboarding/step-3") view=GoalsPage ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=AppShell ssr=SsrMode::Async>
                    <Route path=path!("/home") view=HomePage ssr=SsrMode::Async/>
                    <Route path=path!("/analytics") view=AnalyticsPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/connections") view=ConnectionsPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/ai-costs") view=AiCostsPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/jobs") view=JobsPage ssr=SsrMode::Async/>
                    <Route path=path!("/assistant") view=AssistantPage ssr=SsrMode::Async/>
                    <Route path=path!("/content") view=ContentPage ssr=SsrMode::Async/>
                    <Route path=path!("/integrations") view=IntegrationsPage ssr=SsrMode::Async/>
                    <Route path=path!("/integrations/onlyfans") view=EarningsPage ssr=SsrMode::Async/>
                    <Route path=path!("/integrations/onlyfans/:id") view=StatementPage ssr=SsrMode::Async/>
                    <Route path=path!("/sales") view=SalesPage ssr=SsrMode::Async/>
                    <Route path=path!("/settings") view=SettingsPage ssr=SsrMode::Async/>
                </ParentRoute>
                <GalleryRoutes/>
            </Routes>
        </Router>
    }
}

/// Routes of the component gallery. Type-erased, as builds with `--cfg erase_components` require.
#[cfg(feature = "gallery")]
#[component(transparent)]
fn GalleryRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/dev/gallery") view=GalleryPage ssr=SsrMode::Async/>
        <Route path=path!("/dev/gallery/:component/:story") view=StoryPage ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}

/// Empty placeholder in builds without the `gallery` feature.
#[cfg(not(feature = "gallery"))]
#[component(transparent)]
fn GalleryRoutes() -> AnyNestedRoute {
    ().into_any_nested_route()
}
