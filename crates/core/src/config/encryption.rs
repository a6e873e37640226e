use std::{fmt, str::FromStr};

/// An encryption key and its id.
#[derive(Clone)]
pub struct EncryptionKey {
    id: u8,
    bytes: [u8; 32],
}

impl EncryptionKey {
    /// Returns the key id that is stored with every value sealed with this key.
    pub fn id(&self) -> u8 {
        self.id
    }

    /// Returns the raw key.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncryptionKey(k{}, …)", self.id)
    }
}

impl FromStr for EncryptionKey {
    type Err = &'static str;

    /// Parses `k`, the key id (0 to 255), `:` and 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str = "each must look like k1: and 64 hexadecimal digits";
        let (id, digits) = text.strip_prefix('k').and_then(|rest| rest.split_once(':')).ok_or(SHAPE)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| SHAPE)?;
        Ok(Self { id: id.parse().map_err(|_| SHAPE)?, bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_key_is_rejected_and_debug_hides_key() {
        for text in ["", "k1", "k1:", "1:00", "k1:zz", "k300:00", &format!("k1:{}", "0".repeat(62))] {
            assert!(text.parse::<EncryptionKey>().is_err(), "{text}");
        }
        assert_eq!(format!("{:?}", format!("k7:{}", "07".repeat(32)).parse::<EncryptionKey>().expect("a key")), "EncryptionKey(k7, …)");
    }
}
