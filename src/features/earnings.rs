//! Earnings: upload, preview, import and deletion of statements, manual daily totals, and the partner connection.

mod daily_totals;
mod mapper;
mod outcome;
mod partner;
mod preview;
mod questions;
mod statements;
mod upload;

pub use daily_totals::DailyTotals;
pub use mapper::ColumnMapper;
pub use outcome::{DeleteStatement, ImportForm, ImportProgress, ImportSummary};
pub use partner::PartnerCard;
pub use preview::Preview;
pub use statements::Statements;
pub use upload::UploadForm;

stylance::import_crate_style!(css, "src/features/earnings/earnings.module.css");

/// Formats a count with the matching noun: `1 row`, `1,200 rows`.
fn pluralize(number: u32, one: &str, many: &str) -> String {
    format!("{} {}", huntaze_domain::money::grouped(number.into()), if number == 1 { one } else { many })
}
