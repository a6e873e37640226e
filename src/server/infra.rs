//! What stands between the rules and the world: time, keys, hashing, mail, counters.

pub mod clock;
pub mod cookies;
pub mod csrf;
pub mod keys;
pub mod mail;
pub mod mailer;
pub mod password;
pub mod rate_limiter;
pub mod signed;
pub mod token;
