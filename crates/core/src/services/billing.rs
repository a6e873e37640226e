//! Billing: the quota of a plan, and what AI costs.

mod costs;
pub(in crate::services) mod quota;

pub use costs::{charge_months, costs, export_costs};
pub use quota::quota;
