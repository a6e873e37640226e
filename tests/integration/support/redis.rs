//! A Redis of a test's own.

use std::{
    fs,
    net::{Ipv4Addr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use huntaze_core::{config::RedisConfig, infra::redis::Redis};
use tempfile::TempDir;

use super::{eventually, free_port};

/// How clients reach it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Plain,
    Password,
    Tls,
}

const PASSWORD: &str = "a-password-for-redis";

/// A `redis-server` in a process of its own, without persistence. Killed when dropped.
pub struct RedisServer {
    folder: TempDir,
    process: Child,
    access: Access,
    port: u16,
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

impl RedisServer {
    pub async fn start() -> Self {
        Self::with_access(Access::Plain).await
    }

    pub async fn with_access(access: Access) -> Self {
        let folder = TempDir::new().expect("a folder");
        if access == Access::Tls {
            make_certificates(folder.path());
        }
        let port = free_port();
        let process = spawn(folder.path(), access, port).await;
        Self { folder, process, access, port }
    }

    /// Starts it again on the same port, empty.
    pub async fn restart(&mut self) {
        self.kill();
        self.process = spawn(self.folder.path(), self.access, self.port).await;
    }

    /// Ends it at once, as in a crash.
    pub fn kill(&mut self) {
        // An error means that it has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Stops it in such a way that connections stay open and nothing is answered.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    pub fn resume(&self) {
        self.signal("-CONT");
    }

    /// Opens a connection, for use without an application.
    pub async fn connect(&self) -> Redis {
        let redis = Redis::connect(&self.config()).expect("valid settings").expect("a URL");
        eventually("connected to Redis", async || redis.is_up()).await;
        redis
    }

    /// Settings of an application that uses it.
    pub fn config(&self) -> RedisConfig {
        let (scheme, login) = match self.access {
            Access::Plain => ("redis", String::new()),
            Access::Password => ("redis", format!(":{PASSWORD}@")),
            Access::Tls => ("rediss", String::new()),
        };
        RedisConfig {
            url: Some(format!("{scheme}://{login}127.0.0.1:{}", self.port).parse().expect("a URL")),
            // A busy machine must not look like an outage.
            command_timeout: Duration::from_millis(300),
            ca_file: (self.access == Access::Tls).then(|| self.folder.path().join("ca.crt")),
        }
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.process.id().to_string()]).status().expect("kill").success());
    }
}

async fn spawn(folder: &Path, access: Access, port: u16) -> Child {
    let port_text = port.to_string();
    let mut command = Command::new("redis-server");
    command.current_dir(folder).args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
    match access {
        Access::Plain => command.args(["--port", &port_text]),
        Access::Password => command.args(["--port", &port_text, "--requirepass", PASSWORD]),
        Access::Tls => command.args(["--port", "0", "--tls-port", &port_text, "--tls-auth-clients", "no"]).args([
            "--tls-cert-file",
            "server.crt",
            "--tls-key-file",
            "server.key",
            "--tls-ca-cert-file",
            "ca.crt",
        ]),
    };
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("redis-server is installed");
    let given_up = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        assert!(Instant::now() < given_up, "Redis does not listen within 10 seconds");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    child
}

/// Makes an authority and a certificate for 127.0.0.1 that it has signed.
fn make_certificates(folder: &Path) {
    fs::write(folder.join("san"), "subjectAltName=IP:127.0.0.1").expect("written");
    let openssl = |arguments: &str| {
        let status = Command::new("openssl").current_dir(folder).args(arguments.split(' ')).stderr(Stdio::null()).status();
        assert!(status.expect("openssl is installed").success(), "{arguments}");
    };
    openssl("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=tests");
    openssl("req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=redis");
    openssl("x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out server.crt -days 2 -extfile san");
}
