use std::fmt;

use super::Reader;

/// PostgreSQL connection.
#[derive(Clone)]
pub struct DatabaseConfig {
    /// `DATABASE_URL`: `postgres://user:password@host/name`, or `?host=/path/to/socket/folder` for a Unix socket.
    pub url: String,
    /// `DATABASE_MAX_CONNECTIONS`: size of the connection pool. Default 10.
    pub max_connections: u32,
}

impl DatabaseConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let url = reader.required_secret("DATABASE_URL");
        let max_connections = reader.or("DATABASE_MAX_CONNECTIONS", 10);
        Some(Self { url: url?, max_connections: max_connections? })
    }
}

impl fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseConfig").field("max_connections", &self.max_connections).finish_non_exhaustive()
    }
}
