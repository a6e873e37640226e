//! What a creator sees first.

mod answers;
mod checklist;

pub use answers::AnswersCard;
pub use checklist::Checklist;

stylance::import_crate_style!(css, "src/features/home/home.module.css");
