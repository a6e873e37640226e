//! Derives a signing key for each purpose from `SECRET_KEY`.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::config::SecretKey;

/// HMAC-SHA-256.
pub type HmacSha256 = Hmac<Sha256>;

/// Signing keys.
pub struct Keys {
    /// Signs CSRF tokens.
    pub csrf: Key,
    /// Signs short-lived cookies.
    pub cookies: Key,
}

impl Keys {
    /// Derives the keys: HMAC of the purpose under the secret.
    pub fn derive(secret: &SecretKey) -> Self {
        let root = Key(*secret.bytes());
        Self { csrf: Key(root.sign(&[b"csrf"])), cookies: Key(root.sign(&[b"cookies"])) }
    }
}

/// 32-byte HMAC key.
pub struct Key([u8; 32]);

impl Key {
    /// Returns the HMAC over the parts. Each part is prefixed with its length, so that different lists of parts never have the same input.
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.mac(parts).finalize().into_bytes().into()
    }

    /// Verifies in constant time that `tag` is the signature of the parts.
    pub fn verifies(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        self.mac(parts).verify_slice(tag).is_ok()
    }

    fn mac(&self, parts: &[&[u8]]) -> HmacSha256 {
        // Equivalent to passing the short key: HMAC pads keys with zeros to its block size of 64 bytes (RFC 2104 §2).
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = HmacSha256::new(&block.into());
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}
