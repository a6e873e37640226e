//! Content page: captions and drafts, `/content`.

use futures::join;
use huntaze_domain::{page::Page, string_enum::StringEnum};
use huntaze_texts::Text;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::PageMeta;
use crate::{
    api::{
        ai::get_ai_status,
        content::{CreateDraft, GenerateCaption, get_captions, get_drafts},
    },
    features::{
        ai::SetupNotice,
        content::{CaptionForm, CaptionVariants, Drafts},
        load_error::LoadError,
    },
    forms::use_form,
    islands::AICaptionGenerator,
};

/// `/content?captions=`: captions and drafts. The id of the captions is in the URL, so that they survive a reload and are shown without
/// JavaScript. Without an id the newest are shown, including those whose response did not arrive.
#[component]
pub fn ContentPage() -> impl IntoView {
    let (form, keep) = (use_form::<GenerateCaption>(), use_form::<CreateDraft>());
    let id = use_query_map().with_untracked(|query| query.get("captions"));
    let content = Suspend::new(async move {
        let (setup, captions, drafts) = join!(get_ai_status(), get_captions(id), get_drafts());
        let newest = captions.as_ref().ok().and_then(Option::as_ref);
        let before = newest.map(|captions| captions.request.clone());
        let platform = before.as_ref().map(|before| before.platform.as_str().to_owned()).unwrap_or_default();
        let unverified_numbers = newest.map(|captions| captions.unverified_numbers.clone()).unwrap_or_default();
        let written = match captions {
            Ok(captions) => captions.map(|captions| view! { <CaptionVariants captions form keep/> }).into_any(),
            Err(error) => view! { <LoadError error/> }.into_any(),
        };
        let request = match setup {
            Ok(setup) if setup.is_available => view! { <CaptionForm form before/> }.into_any(),
            Ok(setup) => view! { <SetupNotice setup/> }.into_any(),
            Err(error) => view! { <LoadError error/> }.into_any(),
        };
        view! {
            <AICaptionGenerator platform unverified_numbers>
                {request}
                {written}
            </AICaptionGenerator>
            <Drafts drafts/>
        }
    });
    view! {
        <PageMeta title=Page::Content.text() description="Captions for your posts."/>
        <h1>"Content"</h1>
        {content}
    }
}
