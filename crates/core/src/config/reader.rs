//! Reads environment variables and collects all errors, so that they are reported together.

use std::{collections::HashMap, fmt, fs, str::FromStr};

use huntaze_domain::accounts::Secret;
use url::Url;

/// Errors in the environment, one line each.
#[derive(Debug, thiserror::Error)]
#[error("invalid configuration:\n  {}", .0.join("\n  "))]
pub struct ConfigError(Vec<String>);

/// OAuth client credentials of an app that is registered at a platform.
#[derive(Debug, Clone)]
pub struct ClientCredentials {
    /// Client id; TikTok calls it the client key.
    pub client_id: String,
    /// Client secret.
    pub client_secret: Secret,
}

/// Source of variables, the names read so far and the errors found so far.
pub struct Reader {
    source: HashMap<String, String>,
    names: Vec<&'static str>,
    problems: Vec<String>,
}

impl Reader {
    /// Creates a reader of the process environment.
    pub fn from_env() -> Self {
        Self::new(std::env::vars().collect())
    }

    /// Creates a reader of fixed values, for tests.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self::new(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    fn new(source: HashMap<String, String>) -> Self {
        Self { source, names: Vec::new(), problems: Vec::new() }
    }

    /// Returns the value, or `None` if it is unset or empty.
    pub fn optional(&mut self, name: &'static str) -> Option<String> {
        self.names.push(name);
        self.source.get(name).filter(|value| !value.is_empty()).cloned()
    }

    /// Returns a secret, or `None` if it is unset or empty: the value of `name`, or the content of the file that `<name>_FILE` names, without
    /// line ends at its end. Both at once are recorded as an error.
    pub fn secret(&mut self, name: &'static str) -> Option<String> {
        let value = self.optional(name);
        let file_name = format!("{name}_FILE");
        let Some(path) = self.source.get(&file_name).filter(|path| !path.is_empty()) else { return value };
        if value.is_some() {
            self.problem(format!("{name} and {file_name} exclude each other"));
            return value;
        }
        match fs::read_to_string(path) {
            Ok(content) => Some(content.trim_end_matches(['\r', '\n']).to_owned()).filter(|content| !content.is_empty()),
            Err(error) => {
                self.problem(format!("{file_name} cannot be read: {error}"));
                None
            }
        }
    }

    /// Returns the parsed secret; a missing or invalid one is recorded as an error.
    pub fn required_secret<T: FromStr<Err: fmt::Display>>(&mut self, name: &'static str) -> Option<T> {
        let Some(text) = self.secret(name) else {
            self.problem(format!("{name} is missing"));
            return None;
        };
        self.parse(name, &text)
    }

    /// Returns the parsed value; a missing or invalid value is recorded as an error.
    pub fn required<T: FromStr<Err: fmt::Display>>(&mut self, name: &'static str) -> Option<T> {
        let Some(text) = self.optional(name) else {
            self.problem(format!("{name} is missing"));
            return None;
        };
        self.parse(name, &text)
    }

    /// Returns the parsed value, or `default` if it is unset; an invalid value is recorded as an error.
    pub fn or<T: FromStr<Err: fmt::Display>>(&mut self, name: &'static str, default: T) -> Option<T> {
        match self.optional(name) {
            Some(text) => self.parse(name, &text),
            None => Some(default),
        }
    }

    /// Returns a comma-separated list, empty if it is unset; an invalid item is recorded as an error.
    pub fn list<T: FromStr<Err: fmt::Display>>(&mut self, name: &'static str) -> Option<Vec<T>> {
        let text = self.optional(name).unwrap_or_default();
        self.parse_list(name, &text)
    }

    fn parse_list<T: FromStr<Err: fmt::Display>>(&mut self, name: &str, text: &str) -> Option<Vec<T>> {
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(|item| self.parse(name, item)).collect()
    }

    /// Returns a comma-separated list of secrets; a missing or empty list is recorded as an error.
    pub fn required_secret_list<T: FromStr<Err: fmt::Display>>(&mut self, name: &'static str) -> Option<Vec<T>> {
        let text = self.secret(name).unwrap_or_default();
        let list = self.parse_list(name, &text)?;
        if list.is_empty() {
            self.problem(format!("{name} is missing"));
            return None;
        }
        Some(list)
    }

    /// Returns OAuth client credentials; `None` if both variables are unset. One without the other is recorded as an error.
    pub fn client_credentials(&mut self, id_name: &'static str, secret_name: &'static str) -> Option<ClientCredentials> {
        let (client_id, client_secret) = (self.optional(id_name), self.secret(secret_name));
        if client_id.is_some() != client_secret.is_some() {
            self.problem(format!("{id_name} and {secret_name} belong together"));
        }
        Some(ClientCredentials { client_id: client_id?, client_secret: client_secret?.into() })
    }

    /// Returns the URL of a service, or `default` if it is unset. A URL that is not `https` is recorded as an error, unless its host is
    /// this machine.
    pub fn web_address(&mut self, name: &'static str, default: &'static str) -> Option<Url> {
        let text = self.optional(name).unwrap_or_else(|| default.to_owned());
        self.parse_web_address(name, &text)
    }

    /// Like [`Self::web_address`], but without a default: `Some(None)` if it is unset, `None` if it is invalid.
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

    /// Records an error.
    pub fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// Returns the names of the variables read so far.
    pub fn names(self) -> Vec<&'static str> {
        self.names
    }

    /// Returns the value if no error was recorded.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, ConfigError> {
        match value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(ConfigError(self.problems)),
        }
    }

    fn parse<T: FromStr<Err: fmt::Display>>(&mut self, name: &str, text: &str) -> Option<T> {
        // The value is left out of the message, because it may be a secret.
        text.parse().inspect_err(|error| self.problem(format!("{name} is not valid: {error}"))).ok()
    }
}
