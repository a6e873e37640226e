//! Draws pages: the whole document, when everything that it needs is known.

use axum::{
    extract::{Request, State},
    response::{Html, IntoResponse, Response},
};
use chrono_tz::Tz;
use cookie::Cookie;
use futures::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, Uri, header, request::Parts};
use huntaze_domain::page::Page;
use leptos::{prelude::*, reactive::owner::Sandboxed};
use leptos_axum::ResponseOptions;
use leptos_meta::ServerMetaContext;
use leptos_router::location::RequestUrl;
use tokio::sync::OnceCell;

use crate::{
    app::shell,
    flash::{Flash, ViewedFlash},
    http::{
        context::PageCsrfToken,
        middleware::etag::{matches, not_modified, tag_of},
        state::AppState,
    },
    render,
    zone::{self, Now, ViewerZone},
};

/// Pages that are the same for everybody but for the CSRF token of their forms, unless there is a query or the outcome of a form to show.
const SHARED: [Page; 4] = [Page::Beta, Page::Login, Page::Register, Page::ForgotPassword];
/// Stands for the CSRF token in a shared page.
const TOKEN: &str = "{token}";

/// The shared pages, each drawn when it is first asked for.
#[derive(Default)]
pub struct SharedPages([OnceCell<SharedPage>; SHARED.len()]);

/// A page that was drawn once.
struct SharedPage {
    /// HTML between the places of the CSRF token.
    pieces: Vec<String>,
    tag: HeaderValue,
}

/// Renders the page at the path of the request. There is nothing to hydrate but islands, so no state is sent along.
pub async fn show(State(state): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if let Some(index) = shared_index(&parts) {
        let page = state.shared_pages.0[index].get_or_init(|| draw_shared(state.clone(), SHARED[index])).await;
        return page.response(&parts);
    }
    let options = ResponseOptions::default();
    let html = Sandboxed::new(document(state, parts, options.clone())).await;
    let mut response = page_response(html);
    // Status and headers that components have set.
    if let Ok(wanted) = options.0.read() {
        *response.status_mut() = wanted.status.unwrap_or_default();
        response.headers_mut().extend(wanted.headers.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    response
}

fn shared_index(parts: &Parts) -> Option<usize> {
    let is_plain = parts.uri.query().is_none() && parts.extensions.get::<Flash>().is_none();
    SHARED.iter().position(|page| is_plain && page.path() == parts.uri.path())
}

async fn draw_shared(state: AppState, page: Page) -> SharedPage {
    let (mut parts, ()) = http::Request::new(()).into_parts();
    parts.uri = Uri::from_static(page.path());
    parts.extensions.insert(PageCsrfToken(TOKEN.to_owned()));
    let html = Sandboxed::new(document(state, parts, ResponseOptions::default())).await;
    SharedPage { tag: tag_of(html.as_bytes()), pieces: html.split(TOKEN).map(ToOwned::to_owned).collect() }
}

/// Returns a page for one person. Not `no-store`, which disables the back/forward cache of browsers. With `Vary: *`, they request the page again
/// if they return to it and it is not in that cache. Signing out clears what they keep (`context::end_session`).
fn page_response(html: String) -> Response {
    ([(header::CACHE_CONTROL, "private, no-cache"), (header::VARY, "*")], Html(html)).into_response()
}

impl SharedPage {
    fn response(&self, parts: &Parts) -> Response {
        let token = parts.extensions.get::<PageCsrfToken>().map(|token| token.0.as_str()).unwrap_or_default();
        if self.pieces.len() > 1 {
            return page_response(self.pieces.join(token));
        }
        // Without a form it is the same for everybody, and can be kept.
        let mut response = Html(self.pieces.concat()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::ETAG, self.tag.clone());
        if parts.headers.get(header::IF_NONE_MATCH).is_some_and(|known| matches(known, &self.tag)) {
            return not_modified(headers.clone());
        }
        response
    }
}

async fn document(state: AppState, parts: Parts, options: ResponseOptions) -> String {
    let owner = render::root();
    let (meta, head) = ServerMetaContext::new();
    let chunks = owner.with(|| {
        provide_request_context(&state, &parts);
        provide_context(RequestUrl::new(&format!("http://huntaze{}", parts.uri)));
        provide_context(meta);
        provide_context(parts);
        provide_context(options);
        provide_context(state.clone());
        shell(&state.assets).to_html_stream_in_order()
    });
    let body: String = chunks.collect().await;
    let html: String = head.inject_meta_context(stream::iter([body])).await.collect().await;
    owner.unset_with_forced_cleanup();
    render::without_markers(&html)
}

/// Provides what components of a page read from their context.
fn provide_request_context(state: &AppState, parts: &Parts) {
    provide_context(state.assets.clone());
    provide_context(Now(state.core.clock.now()));
    if let Some(zone) = viewer_zone(&parts.headers) {
        provide_context(zone);
    }
    if let Some(flash) = parts.extensions.get::<Flash>() {
        provide_context(ViewedFlash(flash.clone()));
    }
}

/// Returns the time zone that the browser has written into its cookie; None if it has not, or there is no such zone.
pub(super) fn viewer_zone(headers: &HeaderMap) -> Option<ViewerZone> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let name = lines.flat_map(Cookie::split_parse).flatten().find(|cookie| cookie.name() == zone::COOKIE)?;
    name.value().parse::<Tz>().ok().map(ViewerZone)
}
