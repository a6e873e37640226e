//! Server-sent events, as the browser reads them: it comes back by itself where the connection is lost, and says where it was.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

/// What is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// An event's data.
    Data(String),
    /// The connection is lost; the browser tries again.
    Lost,
    /// The server does not answer so: nothing more comes.
    Refused,
}

/// An open stream of events. It ends when this is dropped.
pub struct Events(Option<SendWrapper<Open>>);

struct Open {
    source: EventSource,
    _on_data: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut()>,
}

impl Events {
    /// Listens to events of these names. `None`: the browser does not.
    pub fn listen(url: &str, names: &[&str], hear: impl Fn(Heard) + Clone + 'static) -> Option<Self> {
        let source = EventSource::new(url).ok()?;
        let (on_event, on_failure) = (hear.clone(), hear);
        let on_data = Closure::new(move |event: MessageEvent| on_event(Heard::Data(event.data().as_string().unwrap_or_default())));
        for name in names {
            source.add_event_listener_with_callback(name, on_data.as_ref().unchecked_ref()).ok()?;
        }
        let failed = source.clone();
        let on_error = Closure::new(move || {
            on_failure(if failed.ready_state() == EventSource::CLOSED { Heard::Refused } else { Heard::Lost });
        });
        source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(Self(Some(SendWrapper::new(Open { source, _on_data: on_data, _on_error: on_error }))))
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        let Some(open) = self.0.take() else { return };
        open.source.set_onerror(None);
        open.source.close();
        // One of its own closures may be running: they go when that has ended.
        queue_microtask(move || drop(open));
    }
}
