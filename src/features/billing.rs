//! What AI costs: the quota of the plan, the usage of an answer, and the costs of all users.

mod ai_costs;
mod cost;
mod quota_indicator;

pub use ai_costs::{CostFilters, CostsReport};
pub use cost::Cost;
pub use quota_indicator::Quota;

stylance::import_crate_style!(css, "src/features/billing/billing.module.css");
