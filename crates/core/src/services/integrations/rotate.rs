//! Another key for all tokens, while the application serves.

use std::time::Duration;

use sqlx::PgPool;
use uuid::Uuid;

use super::{Turn, hold_unless, tokens};
use crate::{
    db::{self, DbError},
    infra::{
        clock::Clock,
        crypto::{Cipher, CryptoError},
    },
};

/// So many accounts are looked up at once.
const PAGE: i64 = 100;
/// An account that is being read is waited for longer than its reader may hold it.
const PATIENCE: Duration = Duration::from_secs(125);

/// What became of the tokens of all accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rotation {
    /// Encrypted with the newest key now.
    pub rotated: u64,
    /// They were already.
    pub current: u64,
    /// They open with none of the keys, and were left as they are.
    pub unreadable: u64,
    /// Somebody held them all the time, or they changed meanwhile.
    pub busy: u64,
}

/// Encrypts all tokens with the newest key. An account is held meanwhile: a reader that is about to store a new token would find another
/// one in its place.
///
/// # Errors
/// The database does not answer, or there is no randomness. What was done stays; it can be run again.
pub async fn rotate_keys(db: &PgPool, cipher: &Cipher, clock: &dyn Clock) -> Result<Rotation, RotationError> {
    let (mut rotation, mut last) = (Rotation::default(), Uuid::nil());
    loop {
        let accounts = db::integrations::connected_after(db, last, PAGE).await?;
        let Some((newest, _)) = accounts.last() else { return Ok(rotation) };
        last = *newest;
        for (id, user_id) in accounts {
            *match rotate(db, cipher, clock, user_id, id).await? {
                Outcome::Rotated => &mut rotation.rotated,
                Outcome::Current => &mut rotation.current,
                Outcome::Unreadable => &mut rotation.unreadable,
                Outcome::Busy => &mut rotation.busy,
            } += 1;
        }
    }
}

/// Why it ended early.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Encryption.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

enum Outcome {
    Rotated,
    Current,
    Unreadable,
    Busy,
}

async fn rotate(db: &PgPool, cipher: &Cipher, clock: &dyn Clock, user_id: Uuid, id: Uuid) -> Result<Outcome, RotationError> {
    let Turn::Mine(held) = hold_unless(db, clock, (user_id, id), PATIENCE, |_| false).await? else { return Ok(Outcome::Busy) };
    let outcome = match &held.access {
        None => Outcome::Current,
        Some(access) if cipher.is_current(&access.access) && access.refresh.as_ref().is_none_or(|token| cipher.is_current(token)) => {
            Outcome::Current
        }
        Some(access) => match tokens::open(cipher, id, access) {
            Err(error) => {
                tracing::warn!(%error, integration = %id, "an access could not be decrypted");
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
