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
pub mod copy_button;
pub mod dialog;
pub mod field;
pub mod file_input;
pub mod input;
pub mod logo;
pub mod option_group;
pub mod pagination;
pub mod progress;
pub mod segmented_links;
pub mod select;
pub mod skeleton;
#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub mod stories;
pub mod table;
pub mod text_area;
pub mod toast;
