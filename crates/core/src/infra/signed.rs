//! Short-lived values that travel through the browser and come back unchanged: `payload.expiry.signature`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Serialize, de::DeserializeOwned};

use super::keys::Key;

/// Packs `value` so that [`open`] takes it back until `lifetime` is over. It is signed, not hidden: the browser's owner can read it.
pub fn seal<T: Serialize>(key: &Key, purpose: &str, value: &T, now: DateTime<Utc>, lifetime: TimeDelta) -> Option<String> {
    let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).ok()?);
    Some(attach(key, purpose.as_bytes(), &payload, now + lifetime))
}

/// The value, if it was sealed here, for this purpose, and is still fresh.
pub fn open<T: DeserializeOwned>(key: &Key, purpose: &str, sealed: &str, now: DateTime<Utc>) -> Option<T> {
    let (payload, expiry) = detach(key, purpose.as_bytes(), sealed)?;
    if expiry <= now {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// Adds expiry and signature to a payload without dots.
pub(super) fn attach(key: &Key, purpose: &[u8], payload: &str, expires_at: DateTime<Utc>) -> String {
    let expiry = expires_at.timestamp().to_string();
    let tag = URL_SAFE_NO_PAD.encode(key.sign(&[purpose, expiry.as_bytes(), payload.as_bytes()]));
    format!("{payload}.{expiry}.{tag}")
}

/// Payload and expiry, if the signature is ours and for this purpose. Whether it is still fresh, the caller decides.
pub(super) fn detach<'a>(key: &Key, purpose: &[u8], sealed: &'a str) -> Option<(&'a str, DateTime<Utc>)> {
    let mut parts = sealed.split('.');
    let (payload, expiry, tag) = (parts.next()?, parts.next()?, parts.next()?);
    let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
    let is_ours = parts.next().is_none() && key.verifies(&[purpose, expiry.as_bytes(), payload.as_bytes()], &tag);
    is_ours.then_some((payload, DateTime::from_timestamp(expiry.parse().ok()?, 0)?))
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
    fn a_value_comes_back_until_its_time_is_over() {
        let (keys, now) = (keys(), MockClock::default().now());
        let sealed = seal(&keys.cookies, "note", &"hello", now, TimeDelta::seconds(60)).expect("sealed");
        assert_eq!(open::<String>(&keys.cookies, "note", &sealed, now).as_deref(), Some("hello"));
        assert_eq!(open::<String>(&keys.cookies, "other", &sealed, now), None, "another purpose");
        assert_eq!(open::<String>(&keys.csrf, "note", &sealed, now), None, "another key");
        assert_eq!(open::<String>(&keys.cookies, "note", &sealed, now + TimeDelta::seconds(60)), None, "too late");
    }

    proptest! {
        #[test]
        fn a_changed_byte_is_noticed(text in ".{0,40}", position: prop::sample::Index, byte in 33_u8..127) {
            let (keys, now) = (keys(), MockClock::default().now());
            let sealed = seal(&keys.cookies, "note", &text, now, TimeDelta::seconds(60)).expect("sealed");
            let mut forged = sealed.clone().into_bytes();
            let position = position.index(forged.len());
            prop_assume!(forged[position] != byte);
            forged[position] = byte;
            let forged = String::from_utf8(forged).expect("ASCII");
            prop_assert_eq!(open::<String>(&keys.cookies, "note", &forged, now), None);
        }

        #[test]
        fn opening_arbitrary_text_never_panics(sealed in ".*") {
            prop_assert_eq!(open::<String>(&keys().cookies, "note", &sealed, MockClock::default().now()), None);
        }
    }
}
