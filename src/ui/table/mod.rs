//! Table that scrolls if it is wider than its container, by keyboard, too.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/table/table.module.css");

/// Table in a focusable, scrollable region.
#[component]
pub fn Table(
    /// Accessible name of the region.
    #[prop(into)]
    label: String,
    /// Whether all columns but the first contain numbers: aligned to the end and not wrapped.
    #[prop(optional)]
    numbers: bool,
    /// Whether to show all rows. If false, the height is limited and the rows scroll vertically.
    #[prop(optional)]
    whole: bool,
    /// Content of the `<table>`: caption, head and body. In tables that mix words and numbers, a cell can set `data-number`: `true` aligns
    /// it to the end of its column; with either value its content is not wrapped.
    children: Children,
) -> impl IntoView {
    view! {
        <div class=css::root tabindex="0" role="region" aria-label=label data-slot="table" data-whole=whole.then_some("true")>
            <table class=css::table data-numbers=numbers.then_some("true")>{children()}</table>
        </div>
    }
}
