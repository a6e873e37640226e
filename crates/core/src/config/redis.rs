use std::{fmt, path::PathBuf, time::Duration};

use url::Url;

use super::Reader;

const COMMAND_TIMEOUT: Duration = Duration::from_millis(50);

/// Redis connection. Without it, this process counts and caches by itself.
#[derive(Clone)]
pub struct RedisConfig {
    /// `REDIS_URL`: `redis://user:password@host:port/database`, or `rediss://…` for TLS. Default none.
    pub url: Option<Url>,
    /// `REDIS_CA_FILE`: certificates in PEM that sign the server's, instead of the public authorities. Default none.
    pub ca_file: Option<PathBuf>,
    /// Limit of one command. A server in the same network answers within a millisecond.
    pub command_timeout: Duration,
}

impl RedisConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let url = match reader.secret("REDIS_URL").map(|text| text.parse::<Url>()) {
            None => None,
            Some(Ok(url)) if ["redis", "rediss"].contains(&url.scheme()) && url.has_host() => Some(url),
            // Without the reason, which may quote the password.
            Some(_) => {
                reader.problem("REDIS_URL must be redis://host:port or rediss://host:port".to_owned());
                return None;
            }
        };
        let ca_file = reader.optional("REDIS_CA_FILE").map(PathBuf::from);
        if ca_file.is_some() && url.as_ref().is_none_or(|url| url.scheme() != "rediss") {
            reader.problem("REDIS_CA_FILE needs a REDIS_URL with rediss://".to_owned());
        }
        Some(Self { url, ca_file, command_timeout: COMMAND_TIMEOUT })
    }
}

impl fmt::Debug for RedisConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.as_ref().and_then(Url::host_str);
        f.debug_struct("RedisConfig").field("host", &host).field("ca_file", &self.ca_file).finish_non_exhaustive()
    }
}
