//! Content page: captions and drafts, `/content`.

use huntaze_domain::page::Page;
use huntaze_texts::Text;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::PageMeta;
use crate::{
    api::{ai::get_ai_status, content::get_captions},
    features::{
        ai::SetupNotice,
        billing::refetch_quota_after,
        content::{CaptionForm, CaptionVariants, Drafts, use_caption_form, use_keep_form},
        load_error::LoadError,
    },
    ui::skeleton::Skeleton,
};

/// `/content?captions=`: captions and drafts. The id of the captions is in the URL, so that they survive a reload and are shown without
/// JavaScript. Without an id the newest are shown, including those whose response did not arrive.
#[component]
pub fn ContentPage() -> impl IntoView {
    let (form, keep) = (use_caption_form(), use_keep_form());
    let query = use_query_map();
    let id = Memo::new(move |_| query.with(|query| query.get("captions")));
    let setup = Resource::new(|| (), |()| get_ai_status());
    let captions = Resource::new(move || id.get(), get_captions);
    refetch_quota_after(move || form.action.version().get());
    view! {
        <PageMeta title=Page::Content.text() description="Captions for your posts."/>
        <h1>"Content"</h1>
        <Transition fallback=|| view! { <Skeleton label="Loading the captions"/> }>
            {move || Suspend::new(async move {
                let setup = setup.await;
                let captions = captions.await;
                let before = captions.as_ref().ok().and_then(|captions| captions.as_ref().map(|captions| captions.request.clone()));
                let written = match captions {
                    Ok(captions) => captions.map(|captions| {
                        let is_new = form.action.value().with_untracked(|value| matches!(value, Some(Ok(written)) if written.id == captions.id));
                        view! { <CaptionVariants captions form keep is_new/> }
                    })
                    .into_any(),
                    Err(error) => view! { <LoadError error/> }.into_any(),
                };
                match setup {
                    Ok(setup) if setup.is_available => view! {
                        <CaptionForm form before/>
                        {written}
                    }
                    .into_any(),
                    Ok(setup) => view! {
                        <SetupNotice setup/>
                        {written}
                    }
                    .into_any(),
                    Err(error) => view! { <LoadError error/> }.into_any(),
                }
            })}
        </Transition>
        <Drafts keep/>
    }
}
