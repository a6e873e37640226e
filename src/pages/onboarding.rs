//! Onboarding pages, `/onboarding/step-1` to `-3`.

use huntaze_domain::page::Page;
use leptos::prelude::*;

use super::PageMeta;
use crate::features::onboarding::{ContentTypesStep, GoalsStep, PlatformsStep};

/// `/onboarding/step-1`: content types.
#[component]
pub fn ContentTypesPage() -> impl IntoView {
    view! {
        <PageMeta title=Page::OnboardingContentTypes.title() description="Tell us what you create, and Huntaze shows what fits."/>
        <ContentTypesStep/>
    }
}

/// `/onboarding/step-2`: platforms.
#[component]
pub fn PlatformsPage() -> impl IntoView {
    view! {
        <PageMeta title=Page::OnboardingPlatforms.title() description="Tell us where you publish, and those platforms come first."/>
        <PlatformsStep/>
    }
}

/// `/onboarding/step-3`: goals.
#[component]
pub fn GoalsPage() -> impl IntoView {
    view! {
        <PageMeta title=Page::OnboardingGoals.title() description="Tell us what matters most, and it comes first."/>
        <GoalsStep/>
    }
}
