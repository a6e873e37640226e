//! Where the CSRF token of a session travels.

/// Cookie with the token, readable by client code. On HTTPS it has the prefix `__Host-`.
pub const COOKIE: &str = "huntaze_csrf";
/// Request header with the token; HTML forms send it in the field [`FIELD`].
pub const HEADER: &str = "x-csrf-token";
/// Hidden field of forms. Scripts also send the token in [`HEADER`].
pub const FIELD: &str = "_csrf";
