//! Everything that runs on the server only.

pub mod ai;
pub mod config;
pub mod context;
pub mod db;
pub mod infra;
pub mod jobs;
pub mod middleware;
pub mod providers;
pub mod router;
pub mod routes;
mod run;
pub mod services;
pub mod state;

pub use run::run;
