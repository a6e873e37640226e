//! Temporary messages. The application has one live region in which they appear, so that screen readers announce them.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use std::time::Duration;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/toast/toast.module.css");

/// Time until a toast disappears; long enough to read two lines.
const STAYS: Duration = Duration::from_secs(8);

/// Kind of message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ToastTone {
    /// An action succeeded.
    #[default]
    Success,
    /// An action failed.
    Danger,
}

impl ToastTone {
    /// Returns the value of the `data-tone` attribute.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Danger => "danger",
        }
    }
}

#[derive(Clone)]
struct ToastMessage {
    id: u32,
    tone: ToastTone,
    text: String,
}

/// Handle to show toasts; obtained with `expect_context`.
#[derive(Clone, Copy, Default)]
pub struct Toaster {
    messages: RwSignal<Vec<ToastMessage>>,
    last_id: RwSignal<u32>,
}

impl Toaster {
    /// Shows a message and removes it after a few seconds.
    pub fn show(self, tone: ToastTone, text: impl Into<String>) {
        let id = self.last_id.get_untracked() + 1;
        self.last_id.set(id);
        self.messages.update(|messages| messages.push(ToastMessage { id, tone, text: text.into() }));
        set_timeout(move || self.close(id), STAYS);
    }

    fn close(self, id: u32) {
        self.messages.try_update(|messages| messages.retain(|message| message.id != id));
    }
}

/// Live region that contains the toasts; rendered once in the application.
#[component]
pub fn ToastRegion(
    /// Handle that owns the messages to render.
    toaster: Toaster,
) -> impl IntoView {
    view! {
        <div class=css::region role="status" aria-live="polite" data-slot="toast-region">
            <For each=move || toaster.messages.get() key=|message| message.id let:message>
                <Toast tone=message.tone text=message.text on_close=move || toaster.close(message.id)/>
            </For>
        </div>
    }
}

/// One toast with a button that closes it.
#[component]
pub fn Toast(
    /// Kind of message.
    tone: ToastTone,
    /// Text of the message.
    text: String,
    /// Called when the user closes the toast.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    view! {
        <div class=css::toast data-slot="toast" data-tone=tone.as_str()>
            <p>{text}</p>
            <button type="button" class=css::close aria-label="Close message" on:click=move |_| on_close.run(())>"×"</button>
        </div>
    }
}
