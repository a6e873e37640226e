//! What AI costs: each call, and the charges of a month.

pub mod costs;
pub mod ledger;
