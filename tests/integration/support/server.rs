use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, TcpListener},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use huntaze_core::infra::http;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};
use sqlx::{ConnectOptions, PgPool};

use super::{PASSWORD, Sandbox};

/// HTTP client with cookies that is signed in to one server process.
#[derive(Clone)]
pub struct Session {
    base: String,
    cookies: BTreeMap<String, String>,
}

/// Response of a server process.
pub struct ServerResponse {
    pub status: StatusCode,
    pub body: Vec<u8>,
}

impl ServerResponse {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

impl Session {
    pub async fn post(&mut self, path: &str, body: &Value) -> ServerResponse {
        let request = client().post(self.base.clone() + path).json(body).timeout(Duration::from_mins(1));
        self.send(request).await
    }

    /// Posts and returns the status; `None` if the connection was refused or lost.
    pub async fn try_post(&mut self, path: &str, body: &Value) -> Option<u16> {
        let request = client().post(self.base.clone() + path).json(body).timeout(Duration::from_mins(1));
        Some(self.try_send(request).await?.status.as_u16())
    }

    async fn send(&mut self, request: RequestBuilder) -> ServerResponse {
        self.try_send(request).await.expect("an answer")
    }

    async fn try_send(&mut self, request: RequestBuilder) -> Option<ServerResponse> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let token = self.cookies.get("huntaze_csrf").cloned().unwrap_or_default();
        let request = request.header("cookie", cookies.join("; ")).header("x-csrf-token", token);
        let answer = http::send("test", request).await.ok()?;
        for line in answer.headers.get_all("set-cookie") {
            let cookie = cookie::Cookie::parse(line.to_str().expect("text").to_owned()).expect("a cookie");
            self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
        }
        Some(ServerResponse { status: answer.status, body: answer.body })
    }
}

/// The server binary in a process of its own, with background jobs and X as the only configured platform. Killed when dropped.
pub struct Server {
    process: Child,
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Sends SIGKILL; an error means that the process has already exited.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts a subcommand that goes on until it is told to stop; `port` is the one that it serves, if it does.
    pub fn start(mut command: Command, port: u16) -> Self {
        command.stdout(Stdio::null()).stderr(Stdio::null()).env("PORT", port.to_string());
        Self { process: command.spawn().expect("the binary"), port }
    }

    /// Returns the binary with settings of this database and sandbox.
    pub fn command(db: &PgPool, sandbox: &Sandbox, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_huntaze"));
        command.args(arguments).envs([
            ("APP_URL", "http://127.0.0.1:3000".to_owned()),
            // Beside the binary of the tests are no built files.
            ("LEPTOS_HASH_FILES", "false".to_owned()),
            ("HOST", "127.0.0.1".to_owned()),
            ("DATABASE_URL", db.connect_options().to_url_lossy().to_string()),
            ("SECRET_KEY", "0".repeat(64)),
            ("ENCRYPTION_KEYS", format!("k1:{}", "1".repeat(64))),
            ("SMTP_URL", "smtp://127.0.0.1:9".to_owned()),
            ("PASSWORD_HASHING", "weak-for-tests".to_owned()),
            ("RATE_LIMIT_PER_USER", "10000".to_owned()),
            ("RATE_LIMIT_AI", "10000".to_owned()),
            ("GEMINI_API_KEY", "sandbox-gemini".to_owned()),
            ("GEMINI_API_URL", format!("{}/gemini/v1beta", sandbox.address)),
            ("X_CLIENT_ID", "sandbox-x".to_owned()),
            ("X_CLIENT_SECRET", "sandbox-x-secret".to_owned()),
            ("X_MONTHLY_BUDGET_CENTS", "100000".to_owned()),
            ("X_AUTHORIZE_URL", format!("{}/x/authorize", sandbox.address)),
            ("X_API_URL", format!("{}/x/api", sandbox.address)),
        ]);
        command
    }

    /// Starts the server on a port that was free just before, and waits until `/readyz` succeeds; panics after 20 seconds.
    pub async fn start_ready(db: &PgPool, sandbox: &Sandbox) -> Self {
        Self::start(Self::command(db, sandbox, &["serve"]), free_port()).ready().await
    }

    /// Waits until `/readyz` succeeds; panics after 20 seconds.
    pub async fn ready(self) -> Self {
        let server = self;
        let given_up = Instant::now() + Duration::from_secs(20);
        let client = http::client(http::TIMEOUT).expect("TLS");
        while !client.get(server.url("/readyz")).send().await.is_ok_and(|answer| answer.status().is_success()) {
            assert!(Instant::now() < given_up, "server is not ready within 20 seconds");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server
    }

    /// Signs in with [`PASSWORD`] and returns the session.
    pub async fn session(&self, email: &str) -> Session {
        let mut session = Session { base: self.url(""), cookies: BTreeMap::new() };
        session.send(client().get(session.base.clone() + "/api/csrf/token")).await;
        let answer = session.post("/api/auth/login", &json!({ "email": email, "password": PASSWORD })).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", String::from_utf8_lossy(&answer.body));
        session
    }

    /// Tells it to stop (SIGTERM).
    pub fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().expect("kill");
        assert!(sent.success());
    }

    /// Tells it to stop (SIGTERM), and waits until it has.
    pub async fn stop(&mut self) {
        self.terminate();
        while self.process.try_wait().expect("its status").is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Returns the absolute URL of a path on this server.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

/// Returns a port that was free just now.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr()).expect("a port").port()
}

fn client() -> reqwest::Client {
    http::client(Duration::from_mins(1)).expect("TLS")
}
