//! What is between a connection and the services: the router, what every request passes through, and plain handlers.

pub mod context;
pub mod cookies;
mod errors;
mod executor;
pub mod extract;
pub mod middleware;
pub mod request_id;
pub mod router;
pub mod routes;
pub mod server;
pub mod state;
