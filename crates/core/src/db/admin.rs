//! Administration.

pub mod diagnostics;
