//! Opaque random tokens: the holder has the text, the database its hash.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// What the database knows of a token.
pub type TokenHash = [u8; 32];

/// 256 random bits.
pub struct Token([u8; 32]);

impl Token {
    /// A new one from the operating system's generator.
    ///
    /// # Errors
    /// The generator cannot be read.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// What the holder gets: 43 characters that need no escaping in links and cookies.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What the database gets.
    pub fn hash(&self) -> TokenHash {
        Sha256::digest(self.0).into()
    }
}

/// The hash of the token that somebody holds; `None` when the text is no token at all.
pub fn hash_of(text: &str) -> Option<TokenHash> {
    let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    Some(Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_text_leads_back_to_the_hash() {
        let token = Token::random().expect("randomness");
        assert_eq!(token.text().len(), 43);
        assert_eq!(hash_of(&token.text()), Some(token.hash()));
        assert_ne!(token.hash(), Token::random().expect("randomness").hash());
    }

    proptest! {
        #[test]
        fn hashing_arbitrary_text_never_panics_and_one_hash_has_one_text(text in ".{0,60}", bytes: [u8; 32]) {
            let _ = hash_of(&text);
            let token = Token(bytes);
            prop_assert_eq!(hash_of(&token.text()), Some(token.hash()));
            // The last character carries spare bits: a sloppy decoder would take several texts for one token.
            let mut other = token.text();
            let last = other.pop().expect("43 characters");
            for candidate in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars().filter(|c| *c != last) {
                prop_assert_ne!(hash_of(&format!("{other}{candidate}")), Some(token.hash()));
            }
        }
    }
}
