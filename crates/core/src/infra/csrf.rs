//! CSRF tokens: `random.expiry.signature`, signed over the session they belong to.
//!
//! A signed double-submit token (OWASP's cheat sheet): another site can neither read it from the cookie nor make one for a session
//! that it does not know.

use chrono::{DateTime, TimeDelta, Utc};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{keys::Key, signed, token::Token};

/// How long a token works.
pub const LIFETIME: TimeDelta = TimeDelta::hours(24);
/// A page gets a new token when less than this is left.
const RENEWAL: TimeDelta = TimeDelta::hours(12);

/// A token for a session, or for a visitor without one.
pub fn mint(key: &Key, session: Option<Uuid>, now: DateTime<Utc>) -> Option<String> {
    let random = Token::random().ok()?.text();
    Some(signed::attach(key, &subject(session), &random, now + LIFETIME))
}

/// Whether `token` was minted here for this session and still works.
pub fn is_valid(key: &Key, session: Option<Uuid>, token: &str, now: DateTime<Utc>) -> bool {
    expiry_of(key, session, token).is_some_and(|expiry| expiry > now)
}

/// Whether a page should get a new token.
pub fn needs_renewal(key: &Key, session: Option<Uuid>, token: &str, now: DateTime<Utc>) -> bool {
    expiry_of(key, session, token).is_none_or(|expiry| expiry <= now + RENEWAL)
}

/// Whether the token that a request carries is the one in its cookie, in constant time.
pub fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

fn expiry_of(key: &Key, session: Option<Uuid>, token: &str) -> Option<DateTime<Utc>> {
    signed::detach(key, &subject(session), token).map(|(_, expiry)| expiry)
}

fn subject(session: Option<Uuid>) -> Vec<u8> {
    session.map_or_else(|| b"anon".to_vec(), |session| session.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::Config,
        infra::{
            clock::{Clock, MockClock},
            keys::Keys,
        },
    };
    use proptest::prelude::*;

    fn keys() -> Keys {
        Keys::derive(&Config::for_tests().expect("a valid configuration").app.secret_key)
    }

    #[test]
    fn a_token_fits_its_session_until_it_expires() {
        let (keys, now) = (keys(), MockClock::default().now());
        let (mine, other) = (Some(Uuid::from_u128(1)), Some(Uuid::from_u128(2)));
        let token = mint(&keys.csrf, mine, now).expect("minted");
        assert!(is_valid(&keys.csrf, mine, &token, now));
        assert!(!is_valid(&keys.csrf, other, &token, now), "another session");
        assert!(!is_valid(&keys.csrf, None, &token, now), "no session");
        assert!(!is_valid(&keys.cookies, mine, &token, now), "another key");
        assert!(!is_valid(&keys.csrf, mine, &token, now + LIFETIME), "too late");
        assert!(!needs_renewal(&keys.csrf, mine, &token, now));
        assert!(needs_renewal(&keys.csrf, mine, &token, now + RENEWAL));
    }

    proptest! {
        #[test]
        fn a_forged_token_never_passes(forged in "[A-Za-z0-9_-]{0,50}\\.[0-9]{0,12}\\.[A-Za-z0-9_-]{0,50}", session: Option<u128>) {
            let (keys, now) = (keys(), MockClock::default().now());
            prop_assert!(!is_valid(&keys.csrf, session.map(Uuid::from_u128), &forged, now));
        }

        #[test]
        fn a_changed_byte_is_noticed(position: prop::sample::Index, byte in 33_u8..127, session: Option<u128>) {
            let (keys, now, session) = (keys(), MockClock::default().now(), session.map(Uuid::from_u128));
            let token = mint(&keys.csrf, session, now).expect("minted");
            let mut forged = token.into_bytes();
            let position = position.index(forged.len());
            prop_assume!(forged[position] != byte);
            forged[position] = byte;
            let forged = String::from_utf8(forged).expect("ASCII");
            prop_assert!(!is_valid(&keys.csrf, session, &forged, now));
        }

        #[test]
        fn arbitrary_text_never_panics(token in ".*") {
            prop_assert!(!is_valid(&keys().csrf, None, &token, MockClock::default().now()));
        }
    }
}
