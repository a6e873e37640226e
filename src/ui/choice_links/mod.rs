//! Choices whose outcome stands in the address: a row of links, of which one is where one is.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/choice_links/choice_links.module.css");

/// The row.
#[component]
pub fn ChoiceLinks(
    /// What is chosen.
    label: &'static str,
    /// A [`ChoiceLink`] for each choice.
    children: Children,
) -> impl IntoView {
    view! { <nav aria-label=label class=css::root data-slot="choice-links">{children()}</nav> }
}

/// One of the choices. Not the router's link: that one takes all addresses of one path for the current page.
#[component]
pub fn ChoiceLink(
    /// Where it leads.
    #[prop(into)]
    href: Signal<String>,
    /// Whether one is there.
    #[prop(optional, into)]
    current: Signal<bool>,
    /// Its name.
    children: Children,
) -> impl IntoView {
    let current = move || current.get().then_some("true");
    view! { <a href=href class=css::choice aria-current=current data-noscroll="true">{children()}</a> }
}
