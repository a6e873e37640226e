//! Short messages that come and go. One region for the whole application, read out as messages appear.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use std::time::Duration;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/toast/toast.module.css");

/// Long enough to read two lines.
const STAYS: Duration = Duration::from_secs(8);

/// What kind of message it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ToastTone {
    /// It worked.
    #[default]
    Success,
    /// It did not.
    Danger,
}

impl ToastTone {
    /// For the style.
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

/// Shows messages; get it with `expect_context`.
#[derive(Clone, Copy, Default)]
pub struct Toaster {
    messages: RwSignal<Vec<ToastMessage>>,
    last_id: RwSignal<u32>,
}

impl Toaster {
    /// Shows a message for a while.
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

/// Where messages appear. Once in the application.
#[component]
pub fn ToastRegion(
    /// Shows them.
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

/// One message.
#[component]
pub fn Toast(
    /// What kind.
    tone: ToastTone,
    /// The message.
    text: String,
    /// Takes it away.
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
