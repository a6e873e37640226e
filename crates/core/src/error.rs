//! Failures that are nobody's input.

use std::{error::Error, fmt, sync::Arc};

use crate::db::DbError;

/// A failure inside the server: the database, encryption, a task that panicked. Keeps any error with the chain of its causes, for the one log
/// line that is written where it becomes a response. Its text never reaches a client.
#[derive(Debug, Clone)]
pub struct InternalError(Arc<dyn Error + Send + Sync>);

impl InternalError {
    /// Wraps an error.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::from(source.into()))
    }
}

impl fmt::Display for InternalError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Error for InternalError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// Returns whether an error comes from a database that cannot be reached, or has no connection to spare: the request may succeed later.
pub fn is_database_away(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        let driver = cause.downcast_ref::<sqlx::Error>().or_else(|| match cause.downcast_ref::<DbError>() {
            Some(DbError::Driver(error)) => Some(error),
            _ => None,
        });
        if driver.is_some_and(is_connection_failure) {
            return true;
        }
        next = match cause.downcast_ref::<InternalError>() {
            // Its own source is that of the error inside.
            Some(internal) => Some(&*internal.0),
            None => cause.source(),
        };
    }
    false
}

fn is_connection_failure(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        // Connection exceptions, too many connections, and a server that stops or starts.
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| code.starts_with("08") || matches!(&*code, "53300" | "57P01" | "57P02" | "57P03"))
        }
        _ => false,
    }
}

/// The message of an error and of each of its causes, joined by `: `. A cause whose message the one above it ends with is not repeated.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let message = cause.to_string();
        if !text.ends_with(&message) {
            text = format!("{text}: {message}");
        }
        next = cause.source();
    }
    text
}

/// Implements `From` for errors that a service's error keeps in its variant `Internal`.
macro_rules! internal_errors {
    ($error:ty: $($source:ty),+ $(,)?) => {
        $(impl From<$source> for $error {
            fn from(source: $source) -> Self {
                Self::Internal($crate::error::InternalError::new(source))
            }
        })+
    };
}
pub(crate) use internal_errors;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("failed to store the draft")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn database_that_is_away_is_found_in_the_chain() {
        let away = || DbError::Driver(sqlx::Error::PoolTimedOut);
        assert!(is_database_away(&away()) && is_database_away(&InternalError::new(away())));
        assert!(is_database_away(&InternalError::new(sqlx::Error::Io(std::io::Error::other("connection reset")))));
        assert!(!is_database_away(&DbError::Driver(sqlx::Error::RowNotFound)));
        assert!(!is_database_away(&InternalError::new(Outer(std::io::Error::other("disk full")))));
    }

    #[test]
    fn chain_names_every_cause_once() {
        let error = InternalError::new(Outer(std::io::Error::other("connection reset")));
        assert_eq!(chain(&error), "failed to store the draft: connection reset");
    }
}
