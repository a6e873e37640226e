//! Persistent message within a page.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/alert/alert.module.css");

/// Kind of message; sets the colour, the icon and the ARIA role.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AlertTone {
    /// Neutral information.
    #[default]
    Info,
    /// An action succeeded.
    Success,
    /// An action failed.
    Danger,
}

impl AlertTone {
    /// Returns the value of the `data-tone` attribute.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Danger => "danger",
        }
    }

    /// Returns the ARIA role: failures interrupt a screen reader, other messages wait.
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

/// Message that stays on the page; screen readers announce it when it appears.
#[component]
pub fn Alert(
    /// Kind of message.
    #[prop(optional)]
    tone: AlertTone,
    /// Content of the message.
    children: Children,
) -> impl IntoView {
    view! {
        <div class=css::root data-slot="alert" data-tone=tone.as_str() role=tone.role()>
            <span class=css::icon aria-hidden="true">{tone.icon()}</span>
            <div class=css::body>{children()}</div>
        </div>
    }
}
