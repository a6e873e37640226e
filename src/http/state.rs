//! What every handler can reach.

use std::{ops::Deref, sync::Arc};

use axum::extract::FromRef;
use http::HeaderValue;
use huntaze_core::Core;
use leptos::config::LeptosOptions;

use super::{middleware::security_headers::content_security_policy, routes::pages::SharedPages};
use crate::assets::Assets;

/// What all requests share. One pointer: cloning it costs nothing.
#[derive(Clone)]
pub struct AppState(Arc<AppStateFields>);

/// The fields of [`AppState`], which dereferences to them.
pub struct AppStateFields {
    /// Where the built files are, and where rendered pages find their scripts and styles.
    pub assets: Assets,
    /// Value of the header `Content-Security-Policy`.
    pub content_security_policy: HeaderValue,
    /// Pages that are the same for everybody.
    pub shared_pages: SharedPages,
    /// Services and what they work with.
    pub core: Core,
}

impl AppState {
    /// State of an application.
    pub fn new(assets: Assets, core: Core) -> Self {
        let content_security_policy = content_security_policy(&assets);
        let shared_pages = SharedPages::default();
        Self(Arc::new(AppStateFields { assets, content_security_policy, shared_pages, core }))
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
        state.assets.options.clone()
    }
}

impl FromRef<AppState> for Core {
    fn from_ref(state: &AppState) -> Self {
        state.core.clone()
    }
}
