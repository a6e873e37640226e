use std::{fmt, net::IpAddr, str::FromStr, time::Duration};

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
    /// `SHUTDOWN_DELAY_SECONDS`: how long requests are still accepted after the signal to stop, while `/readyz` answers 503 already: as long as a
    /// load balancer takes to notice. Default 0.
    pub shutdown_delay: Duration,
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
        let secret_key: Option<SecretKey> = reader.required_secret("SECRET_KEY");
        let encryption_keys: Option<Vec<EncryptionKey>> = reader.required_secret_list("ENCRYPTION_KEYS");
        if encryption_keys.as_ref().is_some_and(|keys| has_repeated_id(keys)) {
            reader.problem("ENCRYPTION_KEYS names a key twice".to_owned());
        }
        let password_hashing = reader.or("PASSWORD_HASHING", PasswordHashing::Argon2id);
        let log_format = reader.or("LOG_FORMAT", LogFormat::Json);
        let log_filter = reader.or("LOG_FILTER", "info".to_owned());
        let shutdown_delay = reader.or("SHUTDOWN_DELAY_SECONDS", 0).map(Duration::from_secs);
        let app = Self {
            url: url?,
            host: host?,
            port: port?,
            secret_key: secret_key?,
            encryption_keys: encryption_keys?,
            password_hashing: password_hashing?,
            log_format: log_format?,
            log_filter: log_filter?,
            shutdown_delay: shutdown_delay?,
        };
        app.refuse_unsafe_settings(reader);
        Some(app)
    }

    /// Records what is fit for this machine alone, if browsers elsewhere use this deployment.
    fn refuse_unsafe_settings(&self, reader: &mut Reader) {
        if self.is_local() {
            return;
        }
        if !self.is_https() {
            reader.problem("APP_URL must start with https://: browsers elsewhere would send sessions without encryption".to_owned());
        }
        if is_guessable(self.secret_key.bytes()) {
            reader.problem("SECRET_KEY is not random: openssl rand -hex 32".to_owned());
        }
        if self.encryption_keys.iter().any(|key| is_guessable(key.bytes())) {
            reader.problem("ENCRYPTION_KEYS has a key that is not random: openssl rand -hex 32".to_owned());
        }
        if self.password_hashing != PasswordHashing::Argon2id {
            reader.problem("PASSWORD_HASHING=weak-for-tests is for tests only".to_owned());
        }
    }

    /// Returns whether only browsers on this machine can use `APP_URL`.
    fn is_local(&self) -> bool {
        match self.url.host() {
            Some(url::Host::Domain(domain)) => domain == "localhost" || domain.ends_with(".localhost"),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
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

/// Returns whether a key consists of few different bytes, as one that was typed: 32 random bytes have about 30 different ones.
fn is_guessable(key: &[u8; 32]) -> bool {
    const FEWEST: usize = 20;
    let different: std::collections::BTreeSet<_> = key.iter().collect();
    different.len() < FEWEST
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
