//! Signed, expiring values that the browser stores and returns: `payload.expiry.signature`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};

use super::keys::Key;

/// Serializes and signs `value`, so that [`open`] accepts it until `expires_at`. The value is signed, not encrypted: the user can
/// read it. Returns `None` if it cannot be serialized.
pub fn seal<T: Serialize>(key: &Key, purpose: &str, value: &T, expires_at: DateTime<Utc>) -> Option<String> {
    let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).ok()?);
    Some(attach(key, purpose.as_bytes(), &payload, expires_at))
}

/// Returns the value if its signature is valid for this key and purpose and it has not expired.
pub fn open<T: DeserializeOwned>(key: &Key, purpose: &str, sealed: &str, now: DateTime<Utc>) -> Option<T> {
    let (payload, expiry) = detach(key, purpose.as_bytes(), sealed)?;
    if expiry <= now {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// Appends expiry and signature to a payload, which must not contain dots.
pub(super) fn attach(key: &Key, purpose: &[u8], payload: &str, expires_at: DateTime<Utc>) -> String {
    let expiry = expires_at.timestamp().to_string();
    let tag = URL_SAFE_NO_PAD.encode(key.sign(&[purpose, expiry.as_bytes(), payload.as_bytes()]));
    format!("{payload}.{expiry}.{tag}")
}

/// Returns payload and expiry if the signature is valid for this key and purpose. The caller checks the expiry.
pub(super) fn detach<'a>(key: &Key, purpose: &[u8], sealed: &'a str) -> Option<(&'a str, DateTime<Utc>)> {
    let mut parts = sealed.split('.');
    let (payload, expiry, tag) = (parts.next()?, parts.next()?, parts.next()?);
    let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
    let is_ours = parts.next().is_none() && key.verifies(&[purpose, expiry.as_bytes(), payload.as_bytes()], &tag);
    is_ours.then_some((payload, DateTime::from_timestamp(expiry.parse().ok()?, 0)?))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

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
    fn open_returns_value_until_expiry() {
        let (keys, now) = (keys(), MockClock::default().now());
        let sealed = seal(&keys.cookies, "note", &"hello", now + TimeDelta::seconds(60)).expect("sealed");
        assert_eq!(open::<String>(&keys.cookies, "note", &sealed, now).as_deref(), Some("hello"));
        assert_eq!(open::<String>(&keys.cookies, "other", &sealed, now), None, "another purpose");
        assert_eq!(open::<String>(&keys.csrf, "note", &sealed, now), None, "another key");
        assert_eq!(open::<String>(&keys.cookies, "note", &sealed, now + TimeDelta::seconds(60)), None, "too late");
    }

    proptest! {
        #[test]
        fn open_changed_byte_is_rejected(text in ".{0,40}", position: prop::sample::Index, byte in 33_u8..127) {
            let (keys, now) = (keys(), MockClock::default().now());
            let sealed = seal(&keys.cookies, "note", &text, now + TimeDelta::seconds(60)).expect("sealed");
            let mut forged = sealed.clone().into_bytes();
            let position = position.index(forged.len());
            prop_assume!(forged[position] != byte);
            forged[position] = byte;
            let forged = String::from_utf8(forged).expect("ASCII");
            prop_assert_eq!(open::<String>(&keys.cookies, "note", &forged, now), None);
        }

        #[test]
        fn open_arbitrary_text_returns_none(sealed in ".*") {
            prop_assert_eq!(open::<String>(&keys().cookies, "note", &sealed, MockClock::default().now()), None);
        }
    }
}
