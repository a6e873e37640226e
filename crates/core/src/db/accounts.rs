//! User accounts: users, sessions, mailed links and the audit log.

pub mod audit;
pub mod email_tokens;
pub mod incidents;
pub mod sessions;
pub mod users;
