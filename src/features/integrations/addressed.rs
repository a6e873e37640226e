//! Dialogs whose subject stands in the address: `/integrations?{name}={id}`. So they work without a script, and the back button closes them.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

/// The id that the address names; nothing where it is not one of those that `is_known`.
pub(super) fn subject(name: &'static str, is_known: impl Fn(&str) -> bool + Send + Sync + 'static) -> Memo<Option<String>> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get(name)).filter(|id| is_known(id)))
}

/// Whether the dialog is open: as long as there is a subject. Once it is closed otherwise, the address follows.
pub(super) fn open_for(subject: Memo<Option<String>>) -> RwSignal<bool> {
    let navigate = use_navigate();
    let open = RwSignal::new(subject.with_untracked(Option::is_some));
    Effect::new(move || open.set(subject.with(Option::is_some)));
    Effect::new(move || {
        if !open.get() && subject.with_untracked(Option::is_some) {
            navigate("/integrations", NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
        }
    });
    open
}
