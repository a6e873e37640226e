//! A table that is scrolled where it is wider than the screen, with the keyboard, too.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/table/table.module.css");

/// The table, in a region of its own.
#[component]
pub fn Table(
    /// What it lists.
    #[prop(into)]
    label: String,
    /// All columns but the first are numbers.
    #[prop(optional)]
    numbers: bool,
    /// As high as all its rows; else it is scrolled, too, where there are many.
    #[prop(optional)]
    whole: bool,
    /// What stands in the `<table>`: caption, head and body. A cell of words and numbers says `data-number` of itself: true is at the end of
    /// its column, false is not broken up.
    children: Children,
) -> impl IntoView {
    view! {
        <div class=css::root tabindex="0" role="region" aria-label=label data-slot="table" data-whole=whole.then_some("true")>
            <table class=css::table data-numbers=numbers.then_some("true")>{children()}</table>
        </div>
    }
}
