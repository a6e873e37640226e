//! CSRF tokens: `random.expiry.signature`, signed together with the id of their session.
//!
//! Implements the signed double-submit cookie pattern (OWASP cheat sheet): another site can neither read the token from the cookie nor
//! forge one, because it knows neither the session id nor the key.

use chrono::{DateTime, TimeDelta, Utc};
use huntaze_domain::ids::SessionId;
use subtle::ConstantTimeEq;

use super::{keys::Key, signed, token::Token};

/// Validity of a token.
pub const LIFETIME: TimeDelta = TimeDelta::hours(24);
/// A page gets a new token when less than this is left of the validity of the current one.
const RENEWAL: TimeDelta = TimeDelta::hours(12);

/// Creates a token for a session, or for an anonymous visitor if `session` is `None`. Returns `None` if the random generator fails.
pub fn mint(key: &Key, session: Option<SessionId>, now: DateTime<Utc>) -> Option<String> {
    let random = Token::random().ok()?.text();
    Some(signed::attach(key, &subject(session), &random, now + LIFETIME))
}

/// Returns whether `token` was signed with this key for this session and has not expired.
pub fn is_valid(key: &Key, session: Option<SessionId>, token: &str, now: DateTime<Utc>) -> bool {
    expiry_of(key, session, token).is_some_and(|expiry| expiry > now)
}

/// Returns whether a page should get a new token: the current one is invalid or expires soon.
pub fn needs_renewal(key: &Key, session: Option<SessionId>, token: &str, now: DateTime<Utc>) -> bool {
    expiry_of(key, session, token).is_none_or(|expiry| expiry <= now + RENEWAL)
}

/// Compares the token in the request with the one in the cookie, in constant time.
pub fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

fn expiry_of(key: &Key, session: Option<SessionId>, token: &str) -> Option<DateTime<Utc>> {
    signed::detach(key, &subject(session), token).map(|(_, expiry)| expiry)
}

fn subject(session: Option<SessionId>) -> Vec<u8> {
    session.map_or_else(|| b"anon".to_vec(), |session| session.uuid().as_bytes().to_vec())
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
    use uuid::Uuid;

    fn keys() -> Keys {
        Keys::derive(&Config::for_tests().expect("a valid configuration").app.secret_key)
    }

    fn session(id: u128) -> SessionId {
        Uuid::from_u128(id).into()
    }

    #[test]
    fn token_is_valid_only_for_its_session_until_expiry() {
        let (keys, now) = (keys(), MockClock::default().now());
        let (mine, other) = (Some(session(1)), Some(session(2)));
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
        fn forged_token_is_rejected(forged in "[A-Za-z0-9_-]{0,50}\\.[0-9]{0,12}\\.[A-Za-z0-9_-]{0,50}", id: Option<u128>) {
            let (keys, now) = (keys(), MockClock::default().now());
            prop_assert!(!is_valid(&keys.csrf, id.map(session), &forged, now));
        }

        #[test]
        fn token_with_changed_byte_is_rejected(position: prop::sample::Index, byte in 33_u8..127, id: Option<u128>) {
            let (keys, now, session) = (keys(), MockClock::default().now(), id.map(session));
            let token = mint(&keys.csrf, session, now).expect("minted");
            let mut forged = token.into_bytes();
            let position = position.index(forged.len());
            prop_assume!(forged[position] != byte);
            forged[position] = byte;
            let forged = String::from_utf8(forged).expect("ASCII");
            prop_assert!(!is_valid(&keys.csrf, session, &forged, now));
        }

        #[test]
        fn arbitrary_text_is_rejected_without_panic(token in ".*") {
            prop_assert!(!is_valid(&keys().csrf, None, &token, MockClock::default().now()));
        }
    }
}
