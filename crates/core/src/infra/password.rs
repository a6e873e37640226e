//! Password hashing and strength estimation. Both are CPU-bound, so they run on blocking threads with limited concurrency.

use std::{sync::Arc, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use huntaze_domain::{
    accounts::{PasswordStrength, Secret},
    text::normalize_password,
};
use tokio::sync::Semaphore;

use crate::config::PasswordHashing;

/// How long a request waits for a permit before it fails with [`PasswordError::Busy`].
const QUEUE_TIMEOUT: Duration = Duration::from_secs(10);

/// Passwords that zxcvbn estimates to need fewer guesses are rejected as common. All entries of its list of 30 000 common passwords, and
/// their simple variants, are below this.
const MIN_GUESSES: u64 = 100_000;

/// Salt and output of a hash that no password has, as far as anybody knows. Written down, because computing one takes 19 MiB at each start.
const DUMMY_SALT: &str = "bm9ib2R5IGhhcyB0aGlz";
const DUMMY_OUTPUT: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Failure to hash, verify or estimate a password.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// No permit became free in time, because too many passwords are being hashed.
    #[error("no permit for password hashing within {QUEUE_TIMEOUT:?}")]
    Busy,
    /// Invalid parameters or stored hash, or a failed task.
    #[error("argon2: {0}")]
    Hashing(String),
}

/// Result of comparing a password with a stored hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is another password.
    Wrong,
    /// It is the password.
    Right,
    /// It is the password, but the hash is of the text as it was typed then, not of its normal form, and should be replaced.
    RightAsTyped,
}

/// Hashes passwords with Argon2id and the parameters of OWASP's cheat sheet: 19 MiB, 2 passes, 1 lane.
#[derive(Clone)]
pub struct PasswordHasher {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
    /// Dummy hash, verified if there is no account, so that the response takes equally long.
    dummy_hash: Arc<str>,
}

impl PasswordHasher {
    /// Creates a hasher that runs at most `parallel` operations at once.
    ///
    /// # Errors
    /// The Argon2 parameters are invalid.
    pub fn new(hashing: PasswordHashing, parallel: usize) -> Result<Self, PasswordError> {
        let (memory_kib, passes) = match hashing {
            PasswordHashing::Argon2id => (19 * 1024, 2),
            PasswordHashing::WeakForTests => (Params::MIN_M_COST, 1),
        };
        let params = Params::new(memory_kib, passes, 1, None).map_err(|error| PasswordError::Hashing(error.to_string()))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let dummy_hash = format!("$argon2id$v=19$m={memory_kib},t={passes},p=1${DUMMY_SALT}${DUMMY_OUTPUT}").into();
        Ok(Self { argon2, permits: Arc::new(Semaphore::new(parallel)), dummy_hash })
    }

    /// Hashes a new password in its normal form with a random salt. Returns a PHC string with salt and parameters.
    pub async fn hash(&self, password: &Secret) -> Result<String, PasswordError> {
        let password = normalize_password(password.expose());
        self.run(move |argon2| hash(argon2, &password)).await
    }

    /// Compares `password` with the hash `stored`. With `None` it takes equally long, and the password is wrong.
    pub async fn verify(&self, stored: Option<String>, password: &Secret) -> Result<Verdict, PasswordError> {
        let (typed, dummy_hash) = (password.clone(), Arc::clone(&self.dummy_hash));
        self.run(move |argon2| {
            let parsed = PasswordHash::new(stored.as_deref().unwrap_or(&dummy_hash));
            let parsed = parsed.map_err(|error| PasswordError::Hashing(error.to_string()))?;
            let matches = |password: &str| argon2.verify_password(password.as_bytes(), &parsed).is_ok() && stored.is_some();
            let normal = normalize_password(typed.expose());
            Ok(if matches(&normal) {
                Verdict::Right
            } else if normal != typed.expose() && matches(typed.expose()) {
                Verdict::RightAsTyped
            } else {
                Verdict::Wrong
            })
        })
        .await
    }

    /// Estimates the strength of a password with zxcvbn. Parts of `email` count as easily guessed.
    pub async fn strength(&self, password: &Secret, email: &str) -> Result<PasswordStrength, PasswordError> {
        self.estimate(password, email).await.map(|entropy| {
            let feedback = entropy.feedback();
            PasswordStrength {
                score: entropy.score().into(),
                warning: feedback.and_then(zxcvbn::feedback::Feedback::warning).map(|warning| warning.to_string()),
                suggestions: feedback.map(|feedback| feedback.suggestions().iter().map(ToString::to_string).collect()).unwrap_or_default(),
            }
        })
    }

    /// Returns whether a password is too common or too easily guessed to be accepted.
    pub async fn is_common(&self, password: &Secret, email: &str) -> Result<bool, PasswordError> {
        Ok(self.estimate(password, email).await?.guesses() < MIN_GUESSES)
    }

    async fn estimate(&self, password: &Secret, email: &str) -> Result<zxcvbn::Entropy, PasswordError> {
        let (password, email) = (normalize_password(password.expose()), email.to_owned());
        self.run(move |_| {
            let local = email.split('@').next().unwrap_or_default();
            let parts: Vec<&str> = email.split(['@', '.', '+', '-', '_']).chain([email.as_str(), local, "huntaze"]).collect();
            Ok(zxcvbn::zxcvbn(&password, &parts))
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let permit = tokio::time::timeout(QUEUE_TIMEOUT, Arc::clone(&self.permits).acquire_owned()).await;
        let permit = permit.ok().and_then(Result::ok).ok_or(PasswordError::Busy)?;
        let argon2 = self.argon2.clone();
        let done = tokio::task::spawn_blocking(move || {
            // Hold the permit until the work ends: the request may be cancelled earlier, but the blocking task goes on.
            let _permit = permit;
            work(&argon2)
        });
        done.await.map_err(|error| PasswordError::Hashing(error.to_string()))?
    }
}

fn hash(argon2: &Argon2<'_>, password: &str) -> Result<String, PasswordError> {
    let hash = argon2.hash_password(password.as_bytes()).map_err(|error| PasswordError::Hashing(error.to_string()))?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher() -> PasswordHasher {
        PasswordHasher::new(PasswordHashing::WeakForTests, 2).expect("valid parameters")
    }

    fn secret(text: &str) -> Secret {
        text.to_owned().into()
    }

    #[tokio::test]
    async fn verify_accepts_only_the_correct_password() {
        let hasher = hasher();
        let stored = hasher.hash(&secret("correct horse")).await.expect("hashed");
        assert_eq!(hasher.verify(Some(stored.clone()), &secret("correct horse")).await.expect("verified"), Verdict::Right);
        assert_eq!(hasher.verify(Some(stored), &secret("correct horsf")).await.expect("verified"), Verdict::Wrong);
    }

    #[tokio::test]
    async fn password_is_compared_in_its_normal_form() {
        let hasher = hasher();
        let stored = hasher.hash(&secret("Zoe\u{308} horse")).await.expect("hashed");
        assert_eq!(hasher.verify(Some(stored), &secret("Zo\u{eb}\u{a0}horse")).await.expect("verified"), Verdict::Right);
        let before = hash(&hasher.argon2, "Zoe\u{308} horse").expect("hashed");
        assert_eq!(hasher.verify(Some(before.clone()), &secret("Zoe\u{308} horse")).await.expect("verified"), Verdict::RightAsTyped);
        assert_eq!(hasher.verify(Some(before), &secret("Zoe\u{308} horsf")).await.expect("verified"), Verdict::Wrong);
    }

    #[tokio::test]
    async fn verify_without_stored_hash_returns_false() {
        assert_eq!(hasher().verify(None, &secret("a password that nobody has")).await.expect("verified"), Verdict::Wrong);
    }

    #[test]
    fn argon2id_uses_owasp_parameters() {
        let hasher = PasswordHasher::new(PasswordHashing::Argon2id, 1).expect("valid parameters");
        assert!(hasher.dummy_hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hasher.dummy_hash);
    }

    #[tokio::test]
    async fn is_common_is_true_only_for_common_passwords() {
        let hasher = hasher();
        for common in
            ["password", "password1", "12345678", "qwertyuiop", "iloveyou", "aaaaaaaa", "huntaze1", "ada.lovelace", "ｐａｓｓｗｏｒｄ１"]
        {
            assert!(hasher.is_common(&secret(common), "ada.lovelace@example.com").await.expect("estimated"), "{common}");
        }
        for fine in ["tuesday-lamp-orbit", "k9$Vr2!mQz", "correct horse battery"] {
            assert!(!hasher.is_common(&secret(fine), "ada.lovelace@example.com").await.expect("estimated"), "{fine}");
        }
    }

    #[tokio::test]
    async fn strength_of_longest_password_is_estimated() {
        let strength = hasher().strength(&secret(&"aB3$".repeat(32)), "").await.expect("estimated");
        assert!(strength.score <= 4);
    }
}
