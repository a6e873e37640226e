//! Administration: the state of the platforms' connections and of background jobs.

pub mod connection_doctor;
pub mod jobs;
