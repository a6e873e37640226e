//! The design system: components without fetching and without domain types.
//!
//! Each folder holds a component, its style, and its stories, which are shown in the gallery and covered by snapshot tests.
#![warn(missing_docs)]

pub mod a11y;
pub mod alert;
pub mod badge;
pub mod button;
pub mod card;
pub mod checkbox;
pub mod choice_links;
pub mod choice_list;
pub mod copy_button;
pub mod dialog;
pub mod field;
pub mod file_input;
pub mod input;
pub mod logo;
pub mod page_links;
pub mod progress;
pub mod select;
pub mod skeleton;
#[cfg(any(test, feature = "gallery"))]
pub mod stories;
pub mod table;
pub mod text_area;
pub mod toast;
