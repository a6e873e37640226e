//! Pending state per card, for forms that are shared by many cards.

use huntaze_domain::{ids::IntegrationId, platform::Platform, string_enum::StringEnum};
use leptos::prelude::*;

use crate::{
    api::integrations::{ConnectIntegration, RefreshIntegration},
    forms::FormState,
};

/// Whether a request to reconnect this account is pending.
pub(super) fn is_connecting_account(connect: FormState<ConnectIntegration>, id: IntegrationId) -> Signal<bool> {
    let asked = connect.action.input();
    Signal::derive(move || asked.with(|asked| asked.as_ref().is_some_and(|call| call.integration_id == id.to_string())))
}

/// Whether a request to connect a new account of this platform is pending.
pub(super) fn is_connecting(connect: FormState<ConnectIntegration>, platform: Platform) -> Signal<bool> {
    let asked = connect.action.input();
    Signal::derive(move || {
        asked.with(|asked| asked.as_ref().is_some_and(|call| call.provider == platform.as_str() && call.integration_id.is_empty()))
    })
}

/// Whether a manual sync of this account is pending.
pub(super) fn is_refreshing(refresh: FormState<RefreshIntegration>, id: IntegrationId) -> Signal<bool> {
    let asked = refresh.action.input();
    Signal::derive(move || asked.with(|asked| asked.as_ref().is_some_and(|call| call.id == id.to_string())))
}
