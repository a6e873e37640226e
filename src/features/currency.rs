//! Currency select. Must be placed inside a [`Field`](crate::ui::field::Field), which provides its name and label.

use huntaze_domain::money::Currency;
use leptos::prelude::*;

use crate::ui::select::{Select, SelectOption};

/// Select with all supported currencies.
#[component]
pub fn CurrencySelect(
    /// Initially selected currency.
    chosen: Currency,
) -> impl IntoView {
    let option =
        |currency: Currency| SelectOption { value: currency.code().into(), label: currency.code().into(), selected: currency == chosen };
    view! { <Select options=Currency::ALL.into_iter().map(option).collect()/> }
}
