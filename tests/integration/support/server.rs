use std::{
    net::{Ipv4Addr, TcpListener},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use huntaze::server::infra::http;
use sqlx::{ConnectOptions, PgPool};

use super::Sandbox;

/// A server as operators run it, in a process of its own, with the jobs; of the platforms it knows X. It does not outlive the test.
pub struct Server {
    process: Child,
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGKILL; an error says that it is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts it on a port; 0 is any.
    pub fn start(db: &PgPool, sandbox: &Sandbox, port: u16) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_huntaze"));
        command.arg("serve").stdout(Stdio::null()).stderr(Stdio::null());
        command.envs([
            ("APP_URL", "http://127.0.0.1:3000".to_owned()),
            ("HOST", "127.0.0.1".to_owned()),
            ("PORT", port.to_string()),
            ("DATABASE_URL", db.connect_options().to_url_lossy().to_string()),
            ("SECRET_KEY", "0".repeat(64)),
            ("ENCRYPTION_KEYS", format!("k1:{}", "1".repeat(64))),
            ("SMTP_URL", "smtp://127.0.0.1:9".to_owned()),
            ("PASSWORD_HASHING", "weak-for-tests".to_owned()),
            ("X_CLIENT_ID", "sandbox-x".to_owned()),
            ("X_CLIENT_SECRET", "sandbox-x-secret".to_owned()),
            ("X_MONTHLY_BUDGET_CENTS", "100000".to_owned()),
            ("X_AUTHORIZE_URL", format!("{}/x/authorize", sandbox.address)),
            ("X_API_URL", format!("{}/x/api", sandbox.address)),
        ]);
        Self { process: command.spawn().expect("the binary"), port }
    }

    /// Starts it on a port that was free a moment ago, and waits until it answers.
    pub async fn start_ready(db: &PgPool, sandbox: &Sandbox) -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr()).expect("a port");
        let server = Self::start(db, sandbox, free.port());
        let given_up = Instant::now() + Duration::from_secs(20);
        let client = http::client(http::TIMEOUT).expect("TLS");
        while !client.get(server.url("/readyz")).send().await.is_ok_and(|answer| answer.status().is_success()) {
            assert!(Instant::now() < given_up, "it does not answer");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server
    }

    /// An address of it.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}
