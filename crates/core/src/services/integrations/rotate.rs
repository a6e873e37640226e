//! Re-encrypts all stored tokens with the newest key, online.

use std::time::Duration;

use huntaze_domain::ids::{IntegrationId, Owned};
use sqlx::PgPool;
use uuid::Uuid;

use super::{LeaseOutcome, LeaseWait, acquire_lease_unless, tokens};
use crate::{
    db::{self, DbError},
    error::chain,
    infra::{
        clock::Clock,
        crypto::{Cipher, CryptoError},
    },
};

/// Number of accounts listed per query.
const PAGE: i64 = 100;
/// How long to wait for the lease on an account; longer than the lease lasts.
const LEASE_WAIT: Duration = Duration::from_secs(125);

/// Number of accounts by the outcome of a key rotation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rotation {
    /// Re-encrypted with the newest key.
    pub rotated: u64,
    /// Already encrypted with the newest key.
    pub current: u64,
    /// Cannot be decrypted with any key; left unchanged.
    pub unreadable: u64,
    /// The lease was held by another worker for the whole wait, or the tokens changed concurrently.
    pub busy: u64,
}

/// Re-encrypts all tokens with the newest key. Holds the lease on each account meanwhile, because a concurrent token refresh only replaces
/// the ciphertext it started from.
///
/// # Errors
/// Returns an error if a database query or the random number generator fails. Accounts re-encrypted so far stay so; the operation can be
/// run again.
pub async fn rotate_keys(db: &PgPool, cipher: &Cipher, clock: &dyn Clock) -> Result<Rotation, RotationError> {
    let (mut rotation, mut last) = (Rotation::default(), IntegrationId::from(Uuid::nil()));
    loop {
        let accounts = db::integrations::connected_after(db, last, PAGE).await?;
        let Some((newest, _)) = accounts.last() else { return Ok(rotation) };
        last = *newest;
        for (id, user_id) in accounts {
            *match rotate(db, cipher, clock, Owned { user_id, id }).await? {
                Outcome::Rotated => &mut rotation.rotated,
                Outcome::Current => &mut rotation.current,
                Outcome::Unreadable => &mut rotation.unreadable,
                Outcome::Busy => &mut rotation.busy,
            } += 1;
        }
    }
}

/// Errors that abort a key rotation.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// A database query failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Encryption or decryption failed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

enum Outcome {
    Rotated,
    Current,
    Unreadable,
    Busy,
}

async fn rotate(db: &PgPool, cipher: &Cipher, clock: &dyn Clock, account: Owned<IntegrationId>) -> Result<Outcome, RotationError> {
    let id = account.id;
    let wait = LeaseWait { max: LEASE_WAIT, is_done: |_: &_| false };
    let LeaseOutcome::Acquired(held) = acquire_lease_unless(db, clock, account, wait).await? else {
        return Ok(Outcome::Busy);
    };
    let outcome = match &held.access {
        None => Outcome::Current,
        Some(access) if cipher.is_current(&access.access) && access.refresh.as_ref().is_none_or(|token| cipher.is_current(token)) => {
            Outcome::Current
        }
        Some(access) => match tokens::open(cipher, id, access) {
            Err(error) => {
                tracing::warn!(error = chain(&error), integration_id = %id, "failed to decrypt tokens");
                Outcome::Unreadable
            }
            Ok(tokens) => {
                let sealed = tokens::seal(cipher, id, &tokens)?;
                if db::integrations::replace_tokens(db, id, &access.access, &sealed).await? { Outcome::Rotated } else { Outcome::Busy }
            }
        },
    };
    db::integrations::release(db, id).await?;
    Ok(outcome)
}
