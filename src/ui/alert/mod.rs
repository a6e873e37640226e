//! A message that stays on the page.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/alert/alert.module.css");

/// What kind of message it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AlertTone {
    /// Good to know.
    #[default]
    Info,
    /// It worked.
    Success,
    /// It did not.
    Danger,
}

impl AlertTone {
    /// For the style.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Danger => "danger",
        }
    }

    /// Failures interrupt a screen reader, the rest waits.
    const fn role(self) -> &'static str {
        match self {
            Self::Danger => "alert",
            Self::Info | Self::Success => "status",
        }
    }

    const fn icon(self) -> &'static str {
        match self {
            Self::Info => "i",
            Self::Success => "✓",
            Self::Danger => "!",
        }
    }
}

/// A message that stays on the page, read out when it appears.
#[component]
pub fn Alert(
    /// What kind of message.
    #[prop(optional)]
    tone: AlertTone,
    /// The message.
    children: Children,
) -> impl IntoView {
    view! {
        <div class=css::root data-slot="alert" data-tone=tone.as_str() role=tone.role()>
            <span class=css::icon aria-hidden="true">{tone.icon()}</span>
            <div class=css::body>{children()}</div>
        </div>
    }
}
