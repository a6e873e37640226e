//! Where the nonce of a form travels, by which two posts of one form are recognized (`http::middleware::idempotency`). It is in members' pages, for
//! browsers without JavaScript: with it, a form that is on its way is not sent again, and the field is removed (`hooks::parts::remove_nonces`).

/// Hidden field of forms.
pub const FIELD: &str = "_nonce";
