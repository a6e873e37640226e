mod data;
mod onboarding;
mod password;
mod profile;
mod sessions;
mod stale_password;
