//! Failures that are nobody's input.

use std::{error::Error, fmt, sync::Arc};

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
        Some(&*self.0)
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
    fn chain_names_every_cause_once() {
        let error = InternalError::new(Outer(std::io::Error::other("connection reset")));
        assert_eq!(chain(&error), "failed to store the draft: connection reset");
    }
}
