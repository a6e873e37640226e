//! What every handler can reach.

use std::{ops::Deref, sync::Arc};

use axum::extract::FromRef;
use huntaze_core::Core;
use leptos::config::LeptosOptions;

/// What all requests share. One pointer: cloning it costs nothing.
#[derive(Clone)]
pub struct AppState(Arc<AppStateFields>);

/// The fields of [`AppState`], which dereferences to them.
pub struct AppStateFields {
    /// Where rendered pages find their scripts and styles.
    pub leptos_options: LeptosOptions,
    /// Services and what they work with.
    pub core: Core,
}

impl AppState {
    /// State of an application.
    pub fn new(leptos_options: LeptosOptions, core: Core) -> Self {
        Self(Arc::new(AppStateFields { leptos_options, core }))
    }
}

impl Deref for AppState {
    type Target = AppStateFields;

    fn deref(&self) -> &AppStateFields {
        &self.0
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos_options.clone()
    }
}

impl FromRef<AppState> for Core {
    fn from_ref(state: &AppState) -> Self {
        state.core.clone()
    }
}
