//! Opaque random tokens. The client holds the text; the database stores only its hash.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// SHA-256 of a token, as stored in the database.
pub type TokenHash = [u8; 32];

/// A token of 256 random bits.
pub struct Token([u8; 32]);

impl Token {
    /// Generates a token with the operating system's random generator.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Returns the token as text: 43 characters of unpadded URL-safe base64.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Returns the hash to be stored.
    pub fn hash(&self) -> TokenHash {
        Sha256::digest(self.0).into()
    }
}

/// Returns the hash of the token with this text, or `None` if the text is not a well-formed token.
pub fn hash_of(text: &str) -> Option<TokenHash> {
    let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    Some(Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hash_of_text_equals_token_hash() {
        let token = Token::random().expect("randomness");
        assert_eq!(token.text().len(), 43);
        assert_eq!(hash_of(&token.text()), Some(token.hash()));
        assert_ne!(token.hash(), Token::random().expect("randomness").hash());
    }

    proptest! {
        #[test]
        fn hash_of_arbitrary_text_never_panics_and_text_is_unique(text in ".{0,60}", bytes: [u8; 32]) {
            let _ = hash_of(&text);
            let token = Token(bytes);
            prop_assert_eq!(hash_of(&token.text()), Some(token.hash()));
            // The last character encodes only 4 bits: a lenient decoder would accept several texts for one token.
            let mut other = token.text();
            let last = other.pop().expect("43 characters");
            for candidate in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars().filter(|c| *c != last) {
                prop_assert_ne!(hash_of(&format!("{other}{candidate}")), Some(token.hash()));
            }
        }
    }
}
