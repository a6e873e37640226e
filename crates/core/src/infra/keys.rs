//! One secret, one key for each purpose.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::config::SecretKey;

/// HMAC-SHA-256.
pub type HmacSha256 = Hmac<Sha256>;

/// The keys in use.
pub struct Keys {
    /// Signs CSRF tokens.
    pub csrf: Key,
    /// Signs short-lived cookies.
    pub cookies: Key,
}

impl Keys {
    /// Derives each from the secret, by its purpose.
    pub fn derive(secret: &SecretKey) -> Self {
        let root = Key(*secret.bytes());
        Self { csrf: Key(root.sign(&[b"csrf"])), cookies: Key(root.sign(&[b"cookies"])) }
    }
}

/// 32 bytes that sign.
pub struct Key([u8; 32]);

impl Key {
    /// The HMAC over the parts, with a separator so that no two lists of parts look alike.
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.mac(parts).finalize().into_bytes().into()
    }

    /// Whether `tag` is the signature of the parts, in constant time.
    pub fn verifies(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        self.mac(parts).verify_slice(tag).is_ok()
    }

    fn mac(&self, parts: &[&[u8]]) -> HmacSha256 {
        // HMAC itself fills a short key with zeros up to its block of 64 bytes (RFC 2104 §2).
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
