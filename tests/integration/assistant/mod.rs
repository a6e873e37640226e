mod chat;
mod faults;
mod reports;
mod response_cache;
