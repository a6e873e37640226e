use std::{fmt, str::FromStr};

/// A key and the number it is known by.
#[derive(Clone)]
pub struct EncryptionKey {
    id: u8,
    bytes: [u8; 32],
}

impl EncryptionKey {
    /// The number that a value is marked with.
    pub fn id(&self) -> u8 {
        self.id
    }

    /// The key itself.
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

    /// `k2:` and 64 hexadecimal digits.
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
    fn a_key_has_one_shape_and_is_not_printed() {
        for text in ["", "k1", "k1:", "1:00", "k1:zz", "k300:00", &format!("k1:{}", "0".repeat(62))] {
            assert!(text.parse::<EncryptionKey>().is_err(), "{text}");
        }
        assert_eq!(format!("{:?}", format!("k7:{}", "07".repeat(32)).parse::<EncryptionKey>().expect("a key")), "EncryptionKey(k7, …)");
    }
}
