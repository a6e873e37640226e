//! Server-sent events through the browser's `EventSource`, which reconnects automatically and sends `Last-Event-ID`.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

/// An event of the stream or a failure of its connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SseEvent {
    /// Data of an event.
    Message {
        /// Name of the event.
        name: String,
        /// Its data.
        data: String,
    },
    /// The connection was lost; the browser is reconnecting.
    Disconnected,
    /// The browser has closed the stream because the server did not answer with an event stream. It does not reconnect.
    Closed,
}

/// An open event stream; closed when dropped.
pub struct EventStream(Option<Open>);

struct Open {
    source: EventSource,
    _on_data: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut()>,
}

impl EventStream {
    /// Opens a stream and calls `handler` for every event with one of these names and for every failure. Returns None if the browser cannot
    /// open it.
    pub fn open(url: &str, names: &[&str], handler: impl Fn(SseEvent) + Clone + 'static) -> Option<Self> {
        let source = EventSource::new(url).ok()?;
        let (on_event, on_failure) = (handler.clone(), handler);
        let on_data = Closure::new(move |event: MessageEvent| {
            on_event(SseEvent::Message { name: event.type_(), data: event.data().as_string().unwrap_or_default() });
        });
        for name in names {
            source.add_event_listener_with_callback(name, on_data.as_ref().unchecked_ref()).ok()?;
        }
        let failed = source.clone();
        let on_error = Closure::new(move || {
            on_failure(if failed.ready_state() == EventSource::CLOSED { SseEvent::Closed } else { SseEvent::Disconnected });
        });
        source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(Self(Some(Open { source, _on_data: on_data, _on_error: on_error })))
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        let Some(open) = self.0.take() else { return };
        open.source.set_onerror(None);
        open.source.close();
        // One of these closures may be running right now: drop them in a microtask, after it has returned.
        queue_microtask(move || drop(open));
    }
}
