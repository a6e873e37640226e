//! Encryption of tokens. The ciphertext is bound to its table, row and column.

use huntaze_domain::{accounts::Secret, ids::IntegrationId};

use crate::{
    db::integrations::SealedTokens,
    infra::crypto::{AssociatedData, Cipher, CryptoError},
    providers::Tokens,
};

fn associated_data(id: IntegrationId, column: &'static str) -> AssociatedData {
    AssociatedData { table: "integrations", row: id.uuid(), column }
}

/// Encrypts tokens for the row `id`; they can be decrypted for that row only.
pub(super) fn seal(cipher: &Cipher, id: IntegrationId, tokens: &Tokens) -> Result<SealedTokens, CryptoError> {
    let refresh = |token: &Secret| cipher.seal(token, associated_data(id, "refresh_token"));
    Ok(SealedTokens {
        access: cipher.seal(&tokens.access, associated_data(id, "access_token"))?,
        refresh: tokens.refresh.as_ref().map(refresh).transpose()?,
        issued_at: tokens.issued_at,
        expires_at: tokens.expires_at,
        refresh_expires_at: tokens.refresh_expires_at,
    })
}

/// Decrypts the tokens of the row `id`.
pub(super) fn open(cipher: &Cipher, id: IntegrationId, sealed: &SealedTokens) -> Result<Tokens, CryptoError> {
    let refresh = |token: &Vec<u8>| cipher.open(token, associated_data(id, "refresh_token"));
    Ok(Tokens {
        access: cipher.open(&sealed.access, associated_data(id, "access_token"))?,
        refresh: sealed.refresh.as_ref().map(refresh).transpose()?,
        issued_at: sealed.issued_at,
        expires_at: sealed.expires_at,
        refresh_expires_at: sealed.refresh_expires_at,
    })
}
