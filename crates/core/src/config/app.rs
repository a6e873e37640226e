use std::{fmt, net::IpAddr, str::FromStr};

use url::Url;

use super::{EncryptionKey, Reader};

/// Base URL, listen address, keys, logging.
#[derive(Debug, Clone)]
pub struct AppConfig {
    /// `APP_URL`: base URL of Huntaze as seen by browsers, such as `https://app.example.com`. Links in mails start with it; `https` enables
    /// secure cookies and HSTS.
    pub url: Url,
    /// `HOST`: IP address to listen on. Default `127.0.0.1`.
    pub host: IpAddr,
    /// `PORT`: TCP port to listen on. Default 3000.
    pub port: u16,
    /// `SECRET_KEY`: 32 random bytes in hexadecimal, as printed by `openssl rand -hex 32`. Signs CSRF tokens and short-lived cookies.
    pub secret_key: SecretKey,
    /// `ENCRYPTION_KEYS`: `k2:<64 hexadecimal digits>,k1:<…>`, newest first. Encrypts platform tokens and partner API keys with the newest
    /// key; an older key must stay until `huntaze rotate-keys` has re-encrypted everything sealed with it.
    pub encryption_keys: Vec<EncryptionKey>,
    /// `PASSWORD_HASHING`: `argon2id` (default) or `weak-for-tests`.
    pub password_hashing: PasswordHashing,
    /// `LOG_FORMAT`: `json` (default) or `text`.
    pub log_format: LogFormat,
    /// `LOG_FILTER`: log levels in the syntax of `tracing_subscriber::EnvFilter`. Default `info`.
    pub log_filter: String,
}

impl AppConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let url: Option<Url> = reader.required("APP_URL");
        let url = url.filter(|url| {
            let is_web = matches!(url.scheme(), "http" | "https");
            if !is_web {
                reader.problem("APP_URL must start with http:// or https://".to_owned());
            }
            is_web
        });
        let host = reader.or("HOST", IpAddr::from([127, 0, 0, 1]));
        let port = reader.or("PORT", 3000);
        let secret_key = reader.required("SECRET_KEY");
        let encryption_keys: Option<Vec<EncryptionKey>> = reader.required_list("ENCRYPTION_KEYS");
        if encryption_keys.as_ref().is_some_and(|keys| has_repeated_id(keys)) {
            reader.problem("ENCRYPTION_KEYS names a key twice".to_owned());
        }
        let password_hashing = reader.or("PASSWORD_HASHING", PasswordHashing::Argon2id);
        let log_format = reader.or("LOG_FORMAT", LogFormat::Json);
        let log_filter = reader.or("LOG_FILTER", "info".to_owned());
        Some(Self {
            url: url?,
            host: host?,
            port: port?,
            secret_key: secret_key?,
            encryption_keys: encryption_keys?,
            password_hashing: password_hashing?,
            log_format: log_format?,
            log_filter: log_filter?,
        })
    }

    /// Returns whether browsers use TLS. Derived from `APP_URL` alone, never from a request header.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Returns `scheme://host[:port]`, as browsers send it in `Origin`.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Returns the absolute URL of a path of this application.
    pub fn link(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.origin())
    }
}

fn has_repeated_id(keys: &[EncryptionKey]) -> bool {
    keys.iter().enumerate().any(|(index, key)| keys[..index].iter().any(|earlier| earlier.id() == key.id()))
}

/// 32-byte secret from which the key for each purpose is derived.
#[derive(Clone)]
pub struct SecretKey([u8; 32]);

impl SecretKey {
    /// Returns the raw bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl FromStr for SecretKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| "it must be 64 hexadecimal digits")?;
        Ok(Self(bytes))
    }
}

/// Password hashing parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordHashing {
    /// Argon2id with the parameters recommended by OWASP.
    Argon2id,
    /// Minimal cost; insecure, for tests only.
    WeakForTests,
}

impl FromStr for PasswordHashing {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "argon2id" => Ok(Self::Argon2id),
            "weak-for-tests" => Ok(Self::WeakForTests),
            _ => Err("it must be argon2id or weak-for-tests"),
        }
    }
}

/// Log format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// Human-readable text.
    Text,
}

impl FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "json" => Ok(Self::Json),
            "text" => Ok(Self::Text),
            _ => Err("it must be json or text"),
        }
    }
}
