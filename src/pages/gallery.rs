//! Component gallery, only with the `gallery` feature, `/dev/gallery`.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{PageMeta, not_found::NotFoundPage};
use crate::{
    features::page_end::PageEnd,
    ui::{
        a11y::MAIN_ID,
        stories::{Story, all},
    },
};

stylance::import_crate_style!(css, "src/pages/gallery.module.css");

/// `/dev/gallery`: every state of every component.
#[component]
pub fn GalleryPage() -> impl IntoView {
    view! {
        <PageMeta title="Gallery" description="Every state of every component."/>
        <main id=MAIN_ID class=css::page>
            <h1>"Gallery"</h1>
            {all().into_iter().map(|(component, stories)| view! { <Component component stories/> }).collect_view()}
        </main>
        <PageEnd/>
    }
}

#[component]
fn Component(component: &'static str, stories: Vec<Story>) -> impl IntoView {
    view! {
        <section class=css::component aria-label=component>
            <h2>{component}</h2>
            {stories
                .into_iter()
                .map(|story| {
                    view! {
                        <div class=css::story>
                            <h3><a href=format!("/dev/gallery/{component}/{}", story.name)>{story.name}</a></h3>
                            {(story.view)()}
                        </div>
                    }
                })
                .collect_view()}
        </section>
    }
}

/// `/dev/gallery/{component}/{story}`: a single state of a component.
#[component]
pub fn StoryPage() -> impl IntoView {
    let params = use_params_map();
    let (component, name) =
        params.with_untracked(|params| (params.get("component").unwrap_or_default(), params.get("story").unwrap_or_default()));
    let stories = all().into_iter().find(|(candidate, _)| *candidate == component).map(|(_, stories)| stories).unwrap_or_default();
    match stories.into_iter().find(|story| story.name == name) {
        Some(story) => view! {
            <PageMeta title="Story" description="One state of one component."/>
            <main id=MAIN_ID class=css::page>
                <h1>{component} " · " {name}</h1>
                {(story.view)()}
            </main>
            <PageEnd/>
        }
        .into_any(),
        None => view! { <NotFoundPage/> }.into_any(),
    }
}
