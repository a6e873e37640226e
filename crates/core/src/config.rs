//! Configuration: environment variables, read once at startup. A test checks that `.env.example` lists all of them.

mod app;
mod database;
mod encryption;
mod gemini;
mod instagram;
mod limits;
mod mail;
mod metrics;
mod partner;
mod reader;
mod reddit;
mod redis;
mod tiktok;
mod x;
mod youtube;

pub use app::{AppConfig, LogFormat, PasswordHashing, SecretKey};
pub use database::DatabaseConfig;
pub use encryption::EncryptionKey;
pub use gemini::GeminiConfig;
use huntaze_domain::platform::Platform;
use url::Url;

pub use instagram::InstagramConfig;
pub use limits::LimitsConfig;
pub use mail::MailConfig;
pub use metrics::MetricsConfig;
pub use partner::PartnerConfig;
pub use reader::{ClientCredentials, ConfigError, Reader};
pub use reddit::RedditConfig;
pub use redis::RedisConfig;
pub use tiktok::TiktokConfig;
pub use x::XConfig;
pub use youtube::YoutubeConfig;

/// Configuration, one struct for each concern.
#[derive(Debug, Clone)]
pub struct Config {
    /// Base URL, listen address, keys, logging.
    pub app: AppConfig,
    /// PostgreSQL connection.
    pub database: DatabaseConfig,
    /// Gemini API.
    pub gemini: GeminiConfig,
    /// Instagram OAuth app and API.
    pub instagram: InstagramConfig,
    /// Rate limits, trusted proxies and the AI cost limit.
    pub limits: LimitsConfig,
    /// Outgoing mail.
    pub mail: MailConfig,
    /// Metrics.
    pub metrics: MetricsConfig,
    /// Partner service that returns a user's earnings.
    pub partner: PartnerConfig,
    /// Reddit OAuth app and API.
    pub reddit: RedditConfig,
    /// Redis connection.
    pub redis: RedisConfig,
    /// TikTok OAuth app and API.
    pub tiktok: TiktokConfig,
    /// X OAuth app, API and monthly budget.
    pub x: XConfig,
    /// YouTube OAuth app and APIs.
    pub youtube: YoutubeConfig,
}

impl Config {
    /// Returns the names of the unset variables that are required to offer a platform; empty if it is fully configured.
    pub fn missing_for(&self, platform: Platform) -> Vec<&'static str> {
        let unless = |is_set: bool, names: &[&'static str]| if is_set { Vec::new() } else { names.to_vec() };
        match platform {
            Platform::Instagram => unless(self.instagram.credentials.is_some(), &["INSTAGRAM_CLIENT_ID", "INSTAGRAM_CLIENT_SECRET"]),
            Platform::Tiktok => unless(self.tiktok.credentials.is_some(), &["TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET"]),
            Platform::Reddit => unless(self.reddit.credentials.is_some(), &["REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET"]),
            Platform::Youtube => unless(self.youtube.credentials.is_some(), &["YOUTUBE_CLIENT_ID", "YOUTUBE_CLIENT_SECRET"]),
            Platform::X => {
                let mut missing = unless(self.x.credentials.is_some(), &["X_CLIENT_ID", "X_CLIENT_SECRET"]);
                missing.extend(unless(self.x.monthly_budget > 0, &["X_MONTHLY_BUDGET_CENTS"]));
                missing
            }
            Platform::Onlyfans => Vec::new(),
        }
    }
}

/// Returns whether any of these URLs is outside the vendor's domains, so that requests go to the sandbox instead of the vendor.
fn is_elsewhere(urls: &[&Url], domains: &[&str]) -> bool {
    let is_vendor = |host: &str| domains.iter().any(|domain| host == *domain || host.ends_with(&format!(".{domain}")));
    !urls.iter().all(|url| url.domain().is_some_and(is_vendor))
}

impl Config {
    /// Reads and validates the process environment.
    ///
    /// # Errors
    /// All missing and invalid variables, in one error.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(Reader::from_env())
    }

    /// Returns the configuration for tests: no external service is configured and the rate limits are the defaults.
    ///
    /// # Errors
    /// Only if the default values are invalid.
    pub fn for_tests() -> Result<Self, ConfigError> {
        Self::read(Reader::from_pairs([
            ("APP_URL", "http://127.0.0.1:3000"),
            ("DATABASE_URL", "postgres://localhost/tests"),
            ("ENCRYPTION_KEYS", "k1:1111111111111111111111111111111111111111111111111111111111111111"),
            ("SECRET_KEY", "0000000000000000000000000000000000000000000000000000000000000000"),
            ("SMTP_URL", "smtp://127.0.0.1:9"),
            ("PASSWORD_HASHING", "weak-for-tests"),
        ]))
    }

    /// Returns the names of all variables that are read.
    pub fn variables() -> Vec<&'static str> {
        let mut reader = Reader::from_pairs([]);
        Self::read_sections(&mut reader);
        reader.names()
    }

    fn read(mut reader: Reader) -> Result<Self, ConfigError> {
        let config = Self::read_sections(&mut reader);
        reader.finish(config)
    }

    fn read_sections(reader: &mut Reader) -> Option<Self> {
        let app = AppConfig::read(reader);
        let database = DatabaseConfig::read(reader);
        let gemini = GeminiConfig::read(reader);
        let instagram = InstagramConfig::read(reader);
        let limits = LimitsConfig::read(reader);
        let mail = MailConfig::read(reader);
        let metrics = MetricsConfig::read(reader);
        let partner = PartnerConfig::read(reader);
        let reddit = RedditConfig::read(reader);
        let redis = RedisConfig::read(reader);
        let tiktok = TiktokConfig::read(reader);
        let x = XConfig::read(reader);
        let youtube = YoutubeConfig::read(reader);
        Some(Self {
            app: app?,
            database: database?,
            gemini: gemini?,
            instagram: instagram?,
            limits: limits?,
            mail: mail?,
            metrics: metrics?,
            partner: partner?,
            reddit: reddit?,
            redis: redis?,
            tiktok: tiktok?,
            x: x?,
            youtube: youtube?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example_file_lists_every_variable() {
        let example = include_str!("../../../.env.example");
        let mut listed: Vec<_> = example
            .lines()
            .filter_map(|line| line.trim_start_matches("# ").split_once('='))
            .map(|(name, _)| name)
            .filter(|name| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
            .collect();
        listed.sort_unstable();
        assert_eq!(listed, variables());
    }

    #[test]
    fn readme_lists_every_variable() {
        let readme = include_str!("../../../README.md");
        let (_, table) = readme.split_once("| variable | default |").expect("the table");
        let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
        let mut listed: Vec<_> = rows.flat_map(|names| names.split(", ")).map(|name| name.trim_matches('`')).collect();
        listed.sort_unstable();
        assert_eq!(listed, variables());
    }

    fn variables() -> Vec<&'static str> {
        let mut variables = Config::variables();
        variables.sort_unstable();
        variables
    }

    #[test]
    fn all_configuration_errors_are_reported_together() {
        let error =
            Config::read(Reader::from_pairs([("APP_URL", "not a url"), ("PORT", "many")])).expect_err("required variables are missing");
        let message = error.to_string();
        for part in
            ["APP_URL", "PORT", "DATABASE_URL is missing", "ENCRYPTION_KEYS is missing", "SECRET_KEY is missing", "SMTP_URL is missing"]
        {
            assert!(message.contains(part), "{part} is not in: {message}");
        }
    }

    #[test]
    fn duplicate_encryption_key_id_is_rejected() {
        let keys = format!("k1:{},k1:{}", "1".repeat(64), "2".repeat(64));
        let error = Config::read(Reader::from_pairs([("ENCRYPTION_KEYS", keys.as_str())])).expect_err("duplicate key id");
        assert!(error.to_string().contains("names a key twice"), "{error}");
    }

    /// Settings that are all right on this machine.
    const LOCAL: [(&str, &str); 5] = [
        ("DATABASE_URL", "postgres://localhost/tests"),
        ("ENCRYPTION_KEYS", "k1:1111111111111111111111111111111111111111111111111111111111111111"),
        ("SECRET_KEY", "0000000000000000000000000000000000000000000000000000000000000000"),
        ("SMTP_URL", "smtp://127.0.0.1:9"),
        ("PASSWORD_HASHING", "weak-for-tests"),
    ];

    fn with_local<'a, const N: usize>(more: [(&'a str, &'a str); N]) -> Vec<(&'a str, &'a str)> {
        LOCAL.into_iter().chain(more).collect()
    }

    fn with_url(url: &'static str) -> Result<Config, ConfigError> {
        Config::read(Reader::from_pairs(with_local([("APP_URL", url)])))
    }

    #[test]
    fn settings_for_one_machine_are_refused_elsewhere() {
        for local in ["http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000", "http://huntaze.localhost"] {
            assert!(with_url(local).is_ok(), "{local}");
        }
        for elsewhere in ["http://app.example.com", "http://10.0.0.1", "http://localhost.example.com"] {
            let message = with_url(elsewhere).expect_err("unsafe").to_string();
            for part in ["APP_URL must start with https", "SECRET_KEY is not random", "ENCRYPTION_KEYS has a key", "PASSWORD_HASHING"] {
                assert!(message.contains(part), "{part} is not in: {message}");
            }
        }
    }

    #[test]
    fn secret_is_read_from_a_file_without_its_line_end() {
        let file = std::env::temp_dir().join(format!("huntaze-secret-{}", std::process::id()));
        std::fs::write(&file, "smtps://user:password@mail.example.com\n").expect("written");
        let path = file.to_str().expect("text");
        let read = |more: (&'static str, &str)| {
            Config::read(Reader::from_pairs(with_local([("APP_URL", "http://localhost"), ("SMTP_URL_FILE", path), ("SMTP_URL", ""), more])))
        };
        assert_eq!(read(("PORT", "3000")).expect("valid").mail.smtp_url, "smtps://user:password@mail.example.com");
        assert!(read(("SMTP_URL", "smtp://other")).expect_err("both").to_string().contains("exclude each other"));
        std::fs::remove_file(&file).expect("removed");
        assert!(read(("PORT", "3000")).expect_err("no file").to_string().contains("SMTP_URL_FILE cannot be read"));
    }

    #[test]
    fn debug_output_contains_no_secrets() {
        let printed = format!("{:?}", Config::for_tests().expect("a valid configuration"));
        assert!(!printed.contains("0000000000") && !printed.contains("1111111111"), "{printed}");
    }
}
