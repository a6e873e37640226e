//! Landing page, `/beta`.

use huntaze_domain::page::Page;
use huntaze_texts::Text;
use leptos::prelude::*;
use leptos_meta::Meta;

use super::PageMeta;
use crate::ui::{
    a11y::{MAIN_ID, SkipLink},
    badge::{Badge, BadgeTone},
    button::{ButtonLink, ButtonSize, ButtonVariant},
    logo::Logo,
};

stylance::import_crate_style!(css, "src/pages/beta.module.css");

/// Titles and texts of what Huntaze promises. They must not contain figures or testimonials.
const PROMISES: [(&str, &str); 4] = [
    (
        "Honest figures",
        "A figure that a platform does not report is shown as unknown, never as zero. Every other one says when it was captured.",
    ),
    ("Connections that speak up", "When a platform stops answering, you see which one, why, and the one button that helps."),
    ("AI whose cost you see", "In the beta: each answer names the figures it rests on and what it cost."),
    (
        "Your data is yours",
        "Export everything whenever you like, and delete your account yourself. We never ask for a platform's password.",
    ),
];

const TITLE: &str = "Reach and money on one screen";
const LEAD: &str = "Connect your platforms, see what works, know what is broken.";

/// `/beta`: the landing page.
#[component]
pub fn BetaPage() -> impl IntoView {
    view! {
        <PageMeta title=Page::Beta.text() description=LEAD/>
        <Meta property="og:type" content="website"/>
        <Meta property="og:site_name" content="Huntaze"/>
        <Meta property="og:title" content=TITLE/>
        <Meta property="og:description" content=LEAD/>
        <SkipLink/>
        <header class=css::header>
            <Logo href=Page::Beta.path()/>
            <ButtonLink href=Page::Login.path() variant=ButtonVariant::Ghost size=ButtonSize::Small>"Sign in"</ButtonLink>
        </header>
        <main id=MAIN_ID tabindex="-1">
            <section class=css::hero>
                <Badge tone=BadgeTone::Brand>"Beta"</Badge>
                <h1>{TITLE}</h1>
                <p>{LEAD}</p>
                <div class=css::actions>
                    <ButtonLink href=Page::Register.path() variant=ButtonVariant::Primary>"Create your account"</ButtonLink>
                    <ButtonLink href=Page::Login.path()>"Sign in"</ButtonLink>
                </div>
            </section>
            <section class=css::promises aria-label="What Huntaze promises">
                {PROMISES
                    .into_iter()
                    .map(|(title, text)| {
                        view! {
                            <div class=css::promise>
                                <h2>{title}</h2>
                                <p>{text}</p>
                            </div>
                        }
                    })
                    .collect_view()}
            </section>
        </main>
    }
}
