//! Listeners that stay for as long as the document, and the events by which islands tell each other what happened.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure, convert::FromWasmAbi};
use web_sys::{CustomEvent, CustomEventInit, EventTarget};

/// On a form: it was sent and succeeded, and no other page follows.
pub const FORM_DONE: &str = "huntaze:form-done";
/// On the window: a request of AI was completed, so quota and cost have changed.
pub const AI_USED: &str = "huntaze:ai-used";

/// Calls `handler` for every event of this name on `target`.
pub fn listen<E: FromWasmAbi + 'static>(target: &EventTarget, name: &str, handler: impl FnMut(E) + 'static) {
    let closure = Closure::<dyn FnMut(E)>::new(handler);
    let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    // The listener lives as long as its target.
    closure.forget();
}

/// Dispatches an event that bubbles.
pub fn dispatch(target: &EventTarget, name: &str) {
    let options = CustomEventInit::new();
    options.set_bubbles(true);
    if let Ok(event) = CustomEvent::new_with_event_init_dict(name, &options) {
        let _ = target.dispatch_event(&event);
    }
}

/// Tells the islands that show the quota that a request of AI was completed.
pub fn ai_was_used() {
    dispatch(&window(), AI_USED);
}
