use huntaze_domain::page::Page;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, PageTransitionEvent};

use super::{ages, assistant_panel, forms};
use crate::{
    hooks::{
        document::{find, mark_hydrated},
        events::listen,
        fetch,
        island::island_root,
    },
    zone,
};

/// What every page with an island has: forms that are sent without leaving the page, and ages that are updated. The last island of
/// the document, so that all others are hydrated when it is.
#[island]
pub fn PageBehaviour() -> impl IntoView {
    island_root(().into_any(), |_| {
        remember_zone();
        reload_after_sign_out();
        if window().location().pathname().is_ok_and(|path| path == Page::Login.path()) {
            // The next user of this tab may be another one.
            assistant_panel::forget();
        }
        ages::update_every_minute();
        forms::enhance();
        show_current_page();
        mark_hydrated();
    })
}

/// Reloads a page that comes back from the back/forward cache if the session is another one, or none, by now. The CSRF token changes with it.
fn reload_after_sign_out() {
    let token = fetch::csrf_token();
    listen(&window(), "pageshow", move |event: PageTransitionEvent| {
        if event.persisted() && fetch::csrf_token() != token {
            let _ = window().location().reload();
        }
    });
}

/// Scrolls the bar at the bottom of a phone, so that the current page is seen in it.
fn show_current_page() {
    let link = find("nav [aria-current=page]").and_then(|link| link.dyn_into::<HtmlElement>().ok());
    let Some((link, bar)) = link.and_then(|link| Some((link.clone(), link.closest("ul").ok()??))) else { return };
    if link.offset_left() + link.offset_width() > bar.client_width() {
        bar.set_scroll_left(link.offset_left());
    }
}

/// Writes the browser's time zone into a cookie, so that the server draws local times.
fn remember_zone() {
    let options = js_sys::Intl::DateTimeFormat::default().resolved_options();
    let name = js_sys::Reflect::get(&options, &"timeZone".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
    // The names of IANA have no other characters.
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte)) {
        let cookie = format!("{}={name}; path=/; max-age=31536000; samesite=lax", zone::COOKIE);
        let _ = js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into());
    }
}
