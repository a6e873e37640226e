//! Reads variables and collects what is wrong, so that an operator sees all of it at once.

use std::{collections::HashMap, fmt, str::FromStr};

use huntaze_domain::account::Secret;
use url::Url;

/// What is wrong with the environment, a line each.
#[derive(Debug, thiserror::Error)]
#[error("The configuration is not complete:\n  {}", .0.join("\n  "))]
pub struct ConfigError(Vec<String>);

/// A source of variables and the problems met so far.
pub struct Reader {
    source: HashMap<String, String>,
    names: Vec<&'static str>,
    problems: Vec<String>,
}

impl Reader {
    /// The process environment.
    pub fn from_env() -> Self {
        Self::new(std::env::vars().collect())
    }

    /// Fixed values, for tests.
    pub fn from_pairs<const N: usize>(pairs: [(&str, &str); N]) -> Self {
        Self::new(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    fn new(source: HashMap<String, String>) -> Self {
        Self { source, names: Vec::new(), problems: Vec::new() }
    }

    /// The value, if it is set and not empty.
    pub fn optional(&mut self, name: &'static str) -> Option<String> {
        self.names.push(name);
        self.source.get(name).filter(|value| !value.is_empty()).cloned()
    }

    /// The parsed value; its absence is a problem.
    pub fn required<T: FromStr<Err: fmt::Display>>(&mut self, name: &'static str) -> Option<T> {
        let Some(text) = self.optional(name) else {
            self.problem(format!("{name} is missing"));
            return None;
        };
        self.parse(name, &text)
    }

    /// The parsed value, or `default` where it is not set.
    pub fn or<T: FromStr<Err: fmt::Display>>(&mut self, name: &'static str, default: T) -> Option<T> {
        match self.optional(name) {
            Some(text) => self.parse(name, &text),
            None => Some(default),
        }
    }

    /// A list split at commas; empty where it is not set.
    pub fn list<T: FromStr<Err: fmt::Display>>(&mut self, name: &'static str) -> Option<Vec<T>> {
        let text = self.optional(name).unwrap_or_default();
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(|item| self.parse(name, item)).collect()
    }

    /// A list split at commas; its absence is a problem.
    pub fn required_list<T: FromStr<Err: fmt::Display>>(&mut self, name: &'static str) -> Option<Vec<T>> {
        let list = self.list(name)?;
        if list.is_empty() {
            self.problem(format!("{name} is missing"));
            return None;
        }
        Some(list)
    }

    /// Two values that belong together, such as the keys of an app; one without the other is a problem.
    pub fn pair(&mut self, name: &'static str, secret_name: &'static str) -> Option<(String, Secret)> {
        let (value, secret) = (self.optional(name), self.optional(secret_name));
        if value.is_some() != secret.is_some() {
            self.problem(format!("{name} and {secret_name} belong together"));
        }
        value.zip(secret.map(Secret::from))
    }

    /// An address of a service, over TLS unless it is on this machine.
    pub fn web_address(&mut self, name: &'static str, default: &'static str) -> Option<Url> {
        let text = self.optional(name).unwrap_or_else(|| default.to_owned());
        self.parse_web_address(name, &text)
    }

    /// The same, where there is none unless it is set.
    pub fn optional_web_address(&mut self, name: &'static str) -> Option<Option<Url>> {
        match self.optional(name) {
            Some(text) => self.parse_web_address(name, &text).map(Some),
            None => Some(None),
        }
    }

    fn parse_web_address(&mut self, name: &str, text: &str) -> Option<Url> {
        let url: Url = self.parse(name, text)?;
        let is_local = url.host_str().is_some_and(|host| ["localhost", "127.0.0.1", "[::1]"].contains(&host));
        if url.scheme() == "https" || (url.scheme() == "http" && is_local) {
            return Some(url);
        }
        self.problem(format!("{name} must start with https://, or http:// on this machine"));
        None
    }

    /// Notes something that is wrong.
    pub fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// The names asked for so far.
    pub fn names(self) -> Vec<&'static str> {
        self.names
    }

    /// The value, if there was no problem.
    ///
    /// # Errors
    /// All problems.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, ConfigError> {
        match value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(ConfigError(self.problems)),
        }
    }

    fn parse<T: FromStr<Err: fmt::Display>>(&mut self, name: &str, text: &str) -> Option<T> {
        // The value itself is not repeated: it may be a secret.
        text.parse().inspect_err(|error| self.problem(format!("{name} is not valid: {error}"))).ok()
    }
}
