//! Dialogs whose state is kept in the URL query, `/integrations?{name}={id}`, so that they work without JavaScript and close with the back
//! button.

use huntaze_domain::page::Page;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

/// Returns the id in the query parameter `name`, or `None` if it is absent or not `is_known`.
pub(super) fn use_dialog_subject(name: &'static str, is_known: impl Fn(&str) -> bool + Send + Sync + 'static) -> Memo<Option<String>> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get(name)).filter(|id| is_known(id)))
}

/// Returns whether the dialog is open, i.e. has a subject. If the dialog is closed by other means, the query parameter is removed.
pub(super) fn use_dialog_open(subject: Memo<Option<String>>) -> RwSignal<bool> {
    let navigate = use_navigate();
    let open = RwSignal::new(subject.with_untracked(Option::is_some));
    Effect::new(move || open.set(subject.with(Option::is_some)));
    Effect::new(move || {
        if !open.get() && subject.with_untracked(Option::is_some) {
            navigate(Page::Integrations.path(), NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
        }
    });
    open
}
