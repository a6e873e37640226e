//! What a form that stands on many cards is doing right now.

use huntaze_domain::{choice::Choice, platform::Platform};
use leptos::prelude::*;
use uuid::Uuid;

use crate::{
    api::integrations::{ConnectIntegration, RefreshIntegration},
    hooks::form::FormState,
};

/// Whether the browser is on its way to reconnect this account.
pub(super) fn is_connecting_account(connect: FormState<ConnectIntegration>, id: Uuid) -> Signal<bool> {
    let asked = connect.action.input();
    Signal::derive(move || asked.with(|asked| asked.as_ref().is_some_and(|call| call.account == id.to_string())))
}

/// Whether the browser is on its way to this platform, for an account that is not known yet.
pub(super) fn is_connecting(connect: FormState<ConnectIntegration>, platform: Platform) -> Signal<bool> {
    let asked = connect.action.input();
    Signal::derive(move || {
        asked.with(|asked| asked.as_ref().is_some_and(|call| call.provider == platform.as_str() && call.account.is_empty()))
    })
}

/// Whether this account is being read.
pub(super) fn is_refreshing(refresh: FormState<RefreshIntegration>, id: Uuid) -> Signal<bool> {
    let asked = refresh.action.input();
    Signal::derive(move || asked.with(|asked| asked.as_ref().is_some_and(|call| call.id == id.to_string())))
}
