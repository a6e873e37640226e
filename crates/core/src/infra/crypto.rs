//! Encryption of stored secrets, such as platform tokens.
//!
//! AES-256-GCM with a random nonce for each value. Table, row and column are authenticated as associated data, so a value copied to another
//! row or column cannot be decrypted there. Format: `version | key id | nonce (12) | ciphertext and tag`.

use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use huntaze_domain::accounts::Secret;

use crate::config::EncryptionKey;

const VERSION: u8 = 1;
const HEADER_LEN: usize = 2;
const NONCE_LEN: usize = 12;

/// Table, row and column of a value: the associated data of its encryption.
#[derive(Debug, Clone, Copy)]
pub struct AssociatedData {
    /// Name of the table.
    pub table: &'static str,
    /// Id of the row.
    pub row: uuid::Uuid,
    /// Name of the column.
    pub column: &'static str,
}

impl AssociatedData {
    fn bytes(self) -> Vec<u8> {
        format!("{}|{}|{}", self.table, self.row, self.column).into_bytes()
    }
}

/// Failure of an encryption or decryption.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CryptoError {
    /// The value does not have the format of a sealed value.
    #[error("malformed ciphertext")]
    Malformed,
    /// The key that the value was sealed with is not in `ENCRYPTION_KEYS`.
    #[error("encryption key k{0} is not configured")]
    UnknownKey(u8),
    /// The authentication tag does not match: the value was changed or belongs to another row or column.
    #[error("decryption failed")]
    DecryptionFailed,
    /// The operating system's random generator failed.
    #[error("random generator failed")]
    Random,
}

/// Encrypts with the newest key and decrypts with any configured one.
pub struct Cipher {
    keys: Vec<(u8, Aes256Gcm)>,
}

impl Cipher {
    /// Creates a cipher from keys ordered newest first.
    pub fn new(keys: &[EncryptionKey]) -> Self {
        Self { keys: keys.iter().map(|key| (key.id(), Aes256Gcm::new(key.bytes().into()))).collect() }
    }

    /// Encrypts `text` and binds it to `aad`.
    ///
    /// # Errors
    /// No key is configured or the random generator failed.
    pub fn seal(&self, text: &Secret, aad: AssociatedData) -> Result<Vec<u8>, CryptoError> {
        let (id, cipher) = self.keys.first().ok_or(CryptoError::UnknownKey(0))?;
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|_| CryptoError::Random)?;
        let payload = Payload { msg: text.expose().as_bytes(), aad: &aad.bytes() };
        let sealed = cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| CryptoError::Malformed)?;
        Ok([&[VERSION, *id], nonce.as_slice(), &sealed].concat())
    }

    /// Returns whether a value is sealed with the newest key, judged by its header.
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        self.keys.first().is_some_and(|(id, _)| sealed.get(..HEADER_LEN) == Some(&[VERSION, *id]))
    }

    /// Decrypts a value that was sealed for `aad`.
    ///
    /// # Errors
    /// The value is malformed, was changed, was sealed with other associated data, or its key is not configured.
    pub fn open(&self, sealed: &[u8], aad: AssociatedData) -> Result<Secret, CryptoError> {
        let (header, rest) = sealed.split_at_checked(HEADER_LEN).ok_or(CryptoError::Malformed)?;
        let (nonce, ciphertext) = rest.split_at_checked(NONCE_LEN).ok_or(CryptoError::Malformed)?;
        let (&[VERSION, id], Ok(nonce)) = (header, <[u8; NONCE_LEN]>::try_from(nonce)) else { return Err(CryptoError::Malformed) };
        let (_, cipher) = self.keys.iter().find(|(known, _)| *known == id).ok_or(CryptoError::UnknownKey(id))?;
        let payload = Payload { msg: ciphertext, aad: &aad.bytes() };
        let text = cipher.decrypt(&Nonce::from(nonce), payload).map_err(|_| CryptoError::DecryptionFailed)?;
        String::from_utf8(text).map(Secret::from).map_err(|_| CryptoError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn key(id: u8) -> EncryptionKey {
        format!("k{id}:{}", format!("{id:02x}").repeat(32)).parse().expect("a key")
    }

    fn associated_data(row: u128) -> AssociatedData {
        AssociatedData { table: "integrations", row: Uuid::from_u128(row), column: "access_token" }
    }

    #[test]
    fn rotated_keys_open_old_values_and_newest_seals() {
        let (old, both, new) = (Cipher::new(&[key(1)]), Cipher::new(&[key(2), key(1)]), Cipher::new(&[key(2)]));
        let sealed = old.seal(&"token".to_owned().into(), associated_data(1)).expect("sealed");
        assert_eq!(both.open(&sealed, associated_data(1)).expect("opened").expose(), "token");
        assert_eq!(new.open(&sealed, associated_data(1)), Err(CryptoError::UnknownKey(1)));
        let sealed = both.seal(&"token".to_owned().into(), associated_data(1)).expect("sealed");
        assert_eq!(old.open(&sealed, associated_data(1)), Err(CryptoError::UnknownKey(2)), "the newest key seals");
        assert!(both.is_current(&sealed) && new.is_current(&sealed) && !old.is_current(&sealed) && !both.is_current(&[]));
    }

    proptest! {
        #[test]
        fn sealed_value_opens_only_with_its_associated_data(text in ".*", row: u128, other: u128) {
            prop_assume!(row != other);
            let cipher = Cipher::new(&[key(1)]);
            let sealed = cipher.seal(&text.clone().into(), associated_data(row)).expect("sealed");
            let opened = cipher.open(&sealed, associated_data(row)).expect("opened");
            prop_assert_eq!(opened.expose(), &text);
            prop_assert_eq!(cipher.open(&sealed, associated_data(other)), Err(CryptoError::DecryptionFailed));
            let column = AssociatedData { column: "refresh_token", ..associated_data(row) };
            prop_assert_eq!(cipher.open(&sealed, column), Err(CryptoError::DecryptionFailed));
            prop_assert_ne!(cipher.seal(&text.into(), associated_data(row)).expect("sealed"), sealed, "nonces must not repeat");
        }

        #[test]
        fn open_changed_byte_is_rejected(text in ".{0,40}", position: prop::sample::Index, flip in 1_u8..=255) {
            let cipher = Cipher::new(&[key(1)]);
            let mut sealed = cipher.seal(&text.into(), associated_data(1)).expect("sealed");
            let position = position.index(sealed.len());
            sealed[position] ^= flip;
            prop_assert!(cipher.open(&sealed, associated_data(1)).is_err());
        }

        #[test]
        fn open_arbitrary_bytes_returns_error(bytes: Vec<u8>) {
            prop_assert!(Cipher::new(&[key(1)]).open(&bytes, associated_data(1)).is_err());
        }
    }
}
