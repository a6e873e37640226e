//! The type of a platform's OAuth scopes.

/// OAuth scopes of one platform, as the platform names them.
#[derive(Debug)]
pub struct Scopes {
    /// All scopes that are requested.
    pub requested: &'static [&'static str],
    /// Scopes without which an account cannot be synced at all.
    pub required: &'static [&'static str],
    /// Scope for the number of followers.
    pub audience: &'static str,
    /// Scope for daily metrics, or for the posts from which they are derived.
    pub days: &'static str,
    /// Scope for posts.
    pub posts: &'static str,
}
