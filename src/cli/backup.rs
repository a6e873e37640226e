//! Backup and restore of the database, with PostgreSQL's own tools.
//!
//! A backup is what `pg_dump` writes in its custom format, and a manifest beside it that says what it needs: version of the schema, digest of the
//! file, and the ids of the encryption keys. The keys themselves are in neither: without them, tokens cannot be read.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use huntaze_core::{
    config::Config,
    db,
    infra::clock::{Clock, SystemClock},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::{
    fs::{self, File},
    io::AsyncReadExt,
    process::Command,
};
use url::Url;

use super::{Outcome, print};

/// What is known of a backup.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    created_at: DateTime<Utc>,
    /// Newest migration of the application.
    schema_version: i64,
    /// SHA-256 of the file, in hexadecimal.
    sha256: String,
    bytes: u64,
    /// Ids of the keys that tokens may be encrypted with.
    encryption_key_ids: Vec<u8>,
}

/// Writes a backup, and checks that it can be read.
pub(super) async fn backup(file: &Path) -> Outcome {
    let config = Config::from_env()?;
    let manifest_file = manifest_path(file);
    for path in [file, &manifest_file] {
        if fs::try_exists(path).await? {
            return Err(format!("{} exists", path.display()).into());
        }
    }
    let database = Connection::of(&config.database.url)?;
    let schema_version = db::schema_version(&db::connect(&config.database)?).await?;
    // It has everything that users have: nobody else may read it.
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).await?;
    let dump = async {
        database.run("pg_dump", &["--format=custom", "--no-owner", "--no-privileges", "--file"], file).await?;
        // A dump that was cut off has no table of contents.
        run(Command::new("pg_restore").arg("--list").arg(file)).await
    };
    if let Err(error) = dump.await {
        fs::remove_file(file).await?;
        return Err(error);
    }
    let (sha256, bytes) = digest(file).await?;
    let manifest = Manifest {
        created_at: SystemClock.now(),
        schema_version,
        sha256,
        bytes,
        encryption_key_ids: config.app.encryption_keys.iter().map(huntaze_core::config::EncryptionKey::id).collect(),
    };
    fs::write(&manifest_file, serde_json::to_vec_pretty(&manifest)?).await?;
    print(&format!("{} has {bytes} bytes of schema {schema_version}; keep {} with it.\n", file.display(), manifest_file.display()))
}

/// Restores a backup into an empty database, or not at all.
pub(super) async fn restore(file: &Path) -> Outcome {
    let config = Config::from_env()?;
    let manifest: Manifest = serde_json::from_slice(&fs::read(manifest_path(file)).await?)?;
    let newest = db::newest_migration();
    if manifest.schema_version != newest {
        return Err(format!(
            "the backup has schema {}, this version needs {newest}: restore it with the version that wrote it",
            manifest.schema_version
        )
        .into());
    }
    if digest(file).await?.0 != manifest.sha256 {
        return Err("the file is not the one that the manifest describes".into());
    }
    let missing: Vec<String> = manifest
        .encryption_key_ids
        .iter()
        .filter(|id| !config.app.encryption_keys.iter().any(|key| key.id() == **id))
        .map(|id| format!("k{id}"))
        .collect();
    if !missing.is_empty() {
        return Err(format!("ENCRYPTION_KEYS lacks {}, which tokens of the backup may need", missing.join(", ")).into());
    }
    let pool = db::connect(&config.database)?;
    if !db::is_empty(&pool).await? {
        return Err("the database is not empty".into());
    }
    let database = Connection::of(&config.database.url)?;
    database.run("pg_restore", &["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"], file).await?;
    if !db::is_ready(&pool).await? {
        return Err("the restored database has another schema".into());
    }
    print("Restored.\n")
}

fn manifest_path(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(".json");
    name.into()
}

/// Parameters of a URL that PostgreSQL's tools understand, of those that sqlx does.
const LIBPQ_PARAMETERS: [&str; 9] = ["host", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "application_name"];

/// A database as PostgreSQL's tools take it: the password is not among the arguments, which other users of the machine can see.
struct Connection {
    url: String,
    password: Option<String>,
}

impl Connection {
    fn of(url: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let mut url: Url = url.parse().map_err(|error| format!("DATABASE_URL: {error}"))?;
        let password = match url.password() {
            Some(password) => Some(percent_encoding::percent_decode_str(password).decode_utf8()?.into_owned()),
            None => None,
        };
        if password.is_some() {
            url.set_password(None).map_err(|()| "DATABASE_URL has no host")?;
        }
        // sqlx has parameters of its own, which libpq refuses.
        let known: Vec<_> = url.query_pairs().into_owned().filter(|(name, _)| LIBPQ_PARAMETERS.contains(&name.as_str())).collect();
        url.set_query(None);
        if !known.is_empty() {
            url.query_pairs_mut().extend_pairs(known);
        }
        Ok(Self { url: url.into(), password })
    }

    async fn run(&self, program: &str, arguments: &[&str], file: &Path) -> Outcome {
        let mut command = Command::new(program);
        command.arg("--dbname").arg(&self.url).args(arguments).arg(file);
        if let Some(password) = &self.password {
            command.env("PGPASSWORD", password);
        }
        run(&mut command).await
    }
}

async fn run(command: &mut Command) -> Outcome {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let output = command.kill_on_drop(true).output().await.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("{program} is not installed"),
        _ => format!("{program}: {error}"),
    })?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{program} failed: {}", String::from_utf8_lossy(&output.stderr).trim()).into())
}

/// Returns the SHA-256 of a file and its size.
async fn digest(file: &Path) -> io::Result<(String, u64)> {
    let (mut file, mut digest, mut bytes) = (File::open(file).await?, Sha256::new(), 0);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer).await?;
        if read == 0 {
            return Ok((digest.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")), bytes));
        }
        digest.update(&buffer[..read]);
        bytes += u64::try_from(read).unwrap_or_default();
    }
}
