use huntaze_domain::assistant::chat::Source;
use leptos::prelude::*;

use super::css;
use crate::features::time::LocalTime;

/// Sources of an answer, and a warning about numbers that are in none of them.
#[component]
pub fn AnswerSources(
    /// Data that tool calls returned for the answer.
    sources: Vec<Source>,
    /// Numbers in the answer that are in none of the sources, as written.
    unverified_numbers: Vec<String>,
) -> impl IntoView {
    let warning = (!unverified_numbers.is_empty()).then(|| {
        view! { <p class=css::warning>{format!("Unverified, as they are not among the figures that were looked up: {}.", unverified_numbers.join("; "))}</p> }
    });
    let sources = (!sources.is_empty()).then(|| {
        view! {
            <p>"Based on:"</p>
            <ul class=css::sources>{sources.into_iter().map(|source| view! { <SourceItem source/> }).collect_view()}</ul>
        }
    });
    view! {
        <div class=css::meta>
            {warning}
            {sources}
        </div>
    }
}

#[component]
fn SourceItem(source: Source) -> impl IntoView {
    let as_of = match source.as_of {
        Some(time) => view! { "as of " <LocalTime time/> }.into_any(),
        None => "nothing known yet".into_any(),
    };
    view! { <li>{source.title} ", " {as_of}</li> }
}
