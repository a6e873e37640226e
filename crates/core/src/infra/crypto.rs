//! Encrypts what must be readable again: the tokens that platforms give out.
//!
//! AES-256-GCM, a random nonce for each value, bound to the place where the value stands: a value that is copied to another row or
//! column does not open there. Stored as `version | key id | nonce (12) | ciphertext and tag`.

use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use huntaze_domain::account::Secret;

use crate::config::EncryptionKey;

const VERSION: u8 = 1;
const HEADER: usize = 2;
const NONCE: usize = 12;

/// Where a value stands. Part of what is authenticated.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Of the database.
    pub table: &'static str,
    /// The row's id.
    pub row: uuid::Uuid,
    /// The column's name.
    pub column: &'static str,
}

impl Place {
    fn bytes(self) -> Vec<u8> {
        format!("{}|{}|{}", self.table, self.row, self.column).into_bytes()
    }
}

/// Why a value was not encrypted or decrypted.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CryptoError {
    /// Not something that was sealed here.
    #[error("this is no sealed value")]
    Malformed,
    /// `ENCRYPTION_KEYS` does not name the key.
    #[error("the key k{0} is not configured")]
    UnknownKey(u8),
    /// Changed, or from another place.
    #[error("the value does not open here")]
    Forged,
    /// The random generator cannot be read.
    #[error("no randomness")]
    Random,
}

/// Seals with the newest key, opens with any.
pub struct Cipher {
    keys: Vec<(u8, Aes256Gcm)>,
}

impl Cipher {
    /// The newest key comes first.
    pub fn new(keys: &[EncryptionKey]) -> Self {
        Self { keys: keys.iter().map(|key| (key.id(), Aes256Gcm::new(key.bytes().into()))).collect() }
    }

    /// Encrypts `text` for its place.
    ///
    /// # Errors
    /// There is no key or no randomness.
    pub fn seal(&self, text: &Secret, place: Place) -> Result<Vec<u8>, CryptoError> {
        let (id, cipher) = self.keys.first().ok_or(CryptoError::UnknownKey(0))?;
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| CryptoError::Random)?;
        let payload = Payload { msg: text.expose().as_bytes(), aad: &place.bytes() };
        let sealed = cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| CryptoError::Malformed)?;
        Ok([&[VERSION, *id], nonce.as_slice(), &sealed].concat())
    }

    /// Whether a value was sealed with the newest key.
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        self.keys.first().is_some_and(|(id, _)| sealed.get(..HEADER) == Some(&[VERSION, *id]))
    }

    /// Decrypts what was sealed for this place.
    ///
    /// # Errors
    /// It was not, or its key is not there any more.
    pub fn open(&self, sealed: &[u8], place: Place) -> Result<Secret, CryptoError> {
        let (header, rest) = sealed.split_at_checked(HEADER).ok_or(CryptoError::Malformed)?;
        let (nonce, ciphertext) = rest.split_at_checked(NONCE).ok_or(CryptoError::Malformed)?;
        let (&[VERSION, id], Ok(nonce)) = (header, <[u8; NONCE]>::try_from(nonce)) else { return Err(CryptoError::Malformed) };
        let (_, cipher) = self.keys.iter().find(|(known, _)| *known == id).ok_or(CryptoError::UnknownKey(id))?;
        let payload = Payload { msg: ciphertext, aad: &place.bytes() };
        let text = cipher.decrypt(&Nonce::from(nonce), payload).map_err(|_| CryptoError::Forged)?;
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

    fn place(row: u128) -> Place {
        Place { table: "integrations", row: Uuid::from_u128(row), column: "access_token" }
    }

    #[test]
    fn keys_are_rotated() {
        let (old, both, new) = (Cipher::new(&[key(1)]), Cipher::new(&[key(2), key(1)]), Cipher::new(&[key(2)]));
        let sealed = old.seal(&"token".to_owned().into(), place(1)).expect("sealed");
        assert_eq!(both.open(&sealed, place(1)).expect("opened").expose(), "token");
        assert_eq!(new.open(&sealed, place(1)), Err(CryptoError::UnknownKey(1)));
        let sealed = both.seal(&"token".to_owned().into(), place(1)).expect("sealed");
        assert_eq!(old.open(&sealed, place(1)), Err(CryptoError::UnknownKey(2)), "the newest key seals");
        assert!(both.is_current(&sealed) && new.is_current(&sealed) && !old.is_current(&sealed) && !both.is_current(&[]));
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_in_its_place_alone(text in ".*", row: u128, other: u128) {
            prop_assume!(row != other);
            let cipher = Cipher::new(&[key(1)]);
            let sealed = cipher.seal(&text.clone().into(), place(row)).expect("sealed");
            let opened = cipher.open(&sealed, place(row)).expect("opened");
            prop_assert_eq!(opened.expose(), &text);
            prop_assert_eq!(cipher.open(&sealed, place(other)), Err(CryptoError::Forged));
            let column = Place { column: "refresh_token", ..place(row) };
            prop_assert_eq!(cipher.open(&sealed, column), Err(CryptoError::Forged));
            prop_assert_ne!(cipher.seal(&text.into(), place(row)).expect("sealed"), sealed, "a nonce is used once");
        }

        #[test]
        fn a_changed_byte_is_noticed(text in ".{0,40}", position: prop::sample::Index, flip in 1_u8..=255) {
            let cipher = Cipher::new(&[key(1)]);
            let mut sealed = cipher.seal(&text.into(), place(1)).expect("sealed");
            let position = position.index(sealed.len());
            sealed[position] ^= flip;
            prop_assert!(cipher.open(&sealed, place(1)).is_err());
        }

        #[test]
        fn opening_arbitrary_bytes_never_panics(bytes: Vec<u8>) {
            prop_assert!(Cipher::new(&[key(1)]).open(&bytes, place(1)).is_err());
        }
    }
}
