//! The choice of a currency. Stands in a [`Field`](crate::ui::field::Field), which names it.

use huntaze_domain::money::Currency;
use leptos::prelude::*;

use crate::ui::select::{Select, SelectOption};

/// The currencies that creators are paid in.
#[component]
pub fn CurrencySelect(
    /// The one at first.
    chosen: Currency,
) -> impl IntoView {
    let option =
        |currency: Currency| SelectOption { value: currency.code().into(), label: currency.code().into(), selected: currency == chosen };
    view! { <Select options=Currency::ALL.into_iter().map(option).collect()/> }
}
