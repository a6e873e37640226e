//! Digests of several texts.

use sha2::{Digest, Sha256};

/// Returns the SHA-256 of the parts, each with its length, so that different lists have different digests.
pub fn digest<P: AsRef<[u8]>>(parts: &[P]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts.iter().map(AsRef::as_ref) {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
