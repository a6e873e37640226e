//! Onboarding pages, `/onboarding/step-1` to `-3`.

use huntaze_domain::page::Page;
use huntaze_texts::Text;
use leptos::prelude::*;

use super::PageMeta;
use crate::features::onboarding::{ContentTypesStep, GoalsStep, PlatformsStep};

/// `/onboarding/step-1`: content types.
#[component]
pub fn ContentTypesPage() -> impl IntoView {
    view! {
        <PageMeta title=Page::OnboardingContentTypes.text() description="Tell us what you create, and Huntaze shows what fits."/>
        <ContentTypesStep/>
    }
}

/// `/onboarding/step-2`: platforms.
#[component]
pub fn PlatformsPage() -> impl IntoView {
    view! {
        <PageMeta title=Page::OnboardingPlatforms.text() description="Tell us where you publish, and those platforms come first."/>
        <PlatformsStep/>
    }
}

/// `/onboarding/step-3`: goals.
#[component]
pub fn GoalsPage() -> impl IntoView {
    view! {
        <PageMeta title=Page::OnboardingGoals.text() description="Tell us what matters most, and it comes first."/>
        <GoalsStep/>
    }
}
