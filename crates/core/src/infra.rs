//! Infrastructure adapters: clock, keys, encryption, password hashing, mail, HTTP client, Redis, caches, rate limiter.

pub mod cache;
pub mod clock;
pub mod crypto;
pub mod csrf;
pub mod csv_escape;
pub mod data_cache;
pub mod digest;
pub mod http;
pub mod keys;
pub mod mail;
pub mod mailer;
pub mod metrics;
pub mod password;
pub mod rate_limiter;
pub mod redis;
pub mod session_cache;
pub mod signed;
pub mod tasks;
pub mod token;
