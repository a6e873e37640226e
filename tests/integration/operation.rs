//! What operators use: subcommands of the binary, metrics, and how a process stops.

use std::process::{Command, Output};

use chrono::{DateTime, Utc};
use huntaze_core::infra::http;
use serde_json::Value;
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool, postgres::PgConnectOptions};
use tempfile::TempDir;

use crate::support::{EMAIL, RedisServer, Sandbox, Server, TestApp, eventually, free_port};

async fn sandbox() -> Sandbox {
    Sandbox::start(DateTime::<Utc>::default()).await
}

async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output()).await.expect("no panic").expect("the binary")
}

async fn get(url: &str) -> Option<(u16, String)> {
    let client = http::client(http::TIMEOUT).expect("TLS");
    let answer = http::send("test", client.get(url)).await.ok()?;
    Some((answer.status.as_u16(), String::from_utf8(answer.body).expect("text")))
}

#[sqlx::test]
async fn check_names_every_wrong_setting_and_exits_with_2(db: PgPool) {
    let sandbox = sandbox().await;
    let valid = run(Server::command(&db, &sandbox, &["check"])).await;
    assert_eq!((valid.status.code(), String::from_utf8_lossy(&valid.stdout).as_ref()), (Some(0), "The settings are valid.\n"));
    let mut command = Server::command(&db, &sandbox, &["check"]);
    command
        .env("APP_URL", "http://app.example.com")
        .env("REDIS_URL", "http://password@elsewhere")
        .env("METRICS_ADDR", "everywhere")
        .env_remove("SMTP_URL");
    let invalid = run(command).await;
    let message = String::from_utf8_lossy(&invalid.stderr);
    assert_eq!(invalid.status.code(), Some(2), "{message}");
    for name in ["APP_URL", "SECRET_KEY", "ENCRYPTION_KEYS", "PASSWORD_HASHING", "REDIS_URL", "METRICS_ADDR", "SMTP_URL"] {
        assert!(message.contains(name), "{name} is not in: {message}");
    }
    assert!(!message.contains("password@") && !message.contains(&"0".repeat(64)), "{message}");
}

#[sqlx::test]
async fn doctor_tries_each_service(db: PgPool) {
    let (sandbox, redis) = (sandbox().await, RedisServer::start().await);
    let mut command = Server::command(&db, &sandbox, &["doctor"]);
    command.env("REDIS_URL", redis.config().url.expect("a URL").as_str());
    let found = run(command).await;
    let report = String::from_utf8_lossy(&found.stdout);
    assert_eq!(found.status.code(), Some(1), "no mail server listens: {report}");
    for line in [
        "ok      settings",
        "ok      database: PostgreSQL ",
        "ok      clock",
        "ok      redis: connected",
        "failed  mail",
        "/api/integrations/callback/x",
    ] {
        assert!(report.contains(line), "{line} is not in: {report}");
    }
}

#[sqlx::test]
async fn backup_is_restored_into_an_empty_database_of_the_same_version_only(db: PgPool) {
    let (app, folder) = (TestApp::new(db.clone()), TempDir::new().expect("a folder"));
    app.register_verified(EMAIL).await;
    let sandbox = sandbox().await;
    let file = folder.path().join("backup");
    let path = file.to_str().expect("text");
    let restored = Restored::create(&db).await;
    let run_in = async |arguments: &[&str], target: &PgConnectOptions, keys: &str| {
        let mut command = Server::command(&db, &sandbox, arguments);
        command.env("DATABASE_URL", target.to_url_lossy().as_str()).env("ENCRYPTION_KEYS", keys);
        let output = run(command).await;
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let keys = format!("k1:{}", "1".repeat(64));
    let here = db.connect_options();
    let (is_done, message) = run_in(&["backup", path], &here, &keys).await;
    assert!(is_done, "{message}");
    assert!(run_in(&["backup", path], &here, &keys).await.1.contains("exists"));
    let manifest_path = folder.path().join("backup.json");
    let manifest: Value = serde_json::from_slice(&std::fs::read(&manifest_path).expect("a manifest")).expect("JSON");
    assert_eq!(manifest["encryptionKeyIds"], serde_json::json!([1]));
    assert!(!manifest.to_string().contains("1111"), "no key: {manifest}");

    let there = &restored.options;
    let with_manifest = |changed: &Value| std::fs::write(&manifest_path, changed.to_string()).expect("written");
    let mut other = manifest.clone();
    other["schemaVersion"] = 3.into();
    with_manifest(&other);
    assert!(run_in(&["restore", path], there, &keys).await.1.contains("the backup has schema 3"));
    other = manifest.clone();
    other["sha256"] = "0".repeat(64).into();
    with_manifest(&other);
    assert!(run_in(&["restore", path], there, &keys).await.1.contains("not the one that the manifest describes"));
    with_manifest(&manifest);
    assert!(run_in(&["restore", path], there, &format!("k2:{}", "1".repeat(64))).await.1.contains("lacks k1"));
    assert!(run_in(&["restore", path], &here, &keys).await.1.contains("not empty"));
    let (is_done, message) = run_in(&["restore", path], there, &keys).await;
    assert!(is_done, "{message}");
    let mut connection = PgConnection::connect_with(there).await.expect("connected");
    let email: String = sqlx::query_scalar("SELECT email FROM users").fetch_one(&mut connection).await.expect("a user");
    assert_eq!(email, EMAIL);
    connection.close().await.expect("closed");
    restored.drop(&db).await;
}

/// A second, empty database.
struct Restored {
    name: String,
    options: PgConnectOptions,
}

impl Restored {
    async fn create(db: &PgPool) -> Self {
        let name = format!("restored_{}", uuid::Uuid::new_v4().simple());
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(db).await.expect("created");
        Self { options: db.connect_options().as_ref().clone().database(&name), name }
    }

    async fn drop(self, db: &PgPool) {
        sqlx::query(sqlx::AssertSqlSafe(format!("DROP DATABASE {} WITH (FORCE)", self.name))).execute(db).await.expect("dropped");
    }
}

#[sqlx::test]
async fn metrics_have_a_listener_of_their_own(db: PgPool) {
    let (sandbox, port) = (sandbox().await, free_port());
    let mut command = Server::command(&db, &sandbox, &["serve", "--no-jobs"]);
    command.env("METRICS_ADDR", format!("127.0.0.1:{port}"));
    let server = Server::start(command, free_port()).ready().await;
    assert_eq!(get(&server.url("/metrics")).await.map(|(status, _)| status), Some(404), "not on the public one");
    get(&server.url("/integrations/not-a-page-of-ours")).await;
    get(&server.url("/api/home/stats")).await;
    let vitals = async |body: &'static str| {
        let request = http::client(http::TIMEOUT).expect("TLS").post(server.url("/api/monitoring/metrics"));
        http::send("test", request.header("content-type", "application/json").body(body)).await.expect("an answer").status.as_u16()
    };
    assert_eq!(vitals(r#"{"path":"/integrations/onlyfans/7","lcp":900.5,"cls":0.02,"ttfb":12}"#).await, 204);
    assert_eq!(vitals(r#"{"path":"/not-a-page-of-ours","lcp":40,"cls":0}"#).await, 204);
    for invalid in
        [r#"{"path":"/home","lcp":-1}"#, r#"{"path":"/home","cls":1e9}"#, r#"{"path":"/home","fid":1}"#, r#"{"lcp":1}"#, "[]", ""]
    {
        assert_eq!(vitals(invalid).await, 400, "{invalid}");
    }
    let mut page = String::new();
    let expected = [
        "http_request_seconds_count{route=\"/api/home/stats\",method=\"GET\",class=\"4xx\"} 1",
        "http_request_seconds_bucket{route=\"other\",method=\"GET\",class=\"4xx\",le=\"0.1\"}",
        "database_pool_max_connections 10",
        "dependency_seconds_count{dependency=\"postgresql\",outcome=\"ok\"}",
        "jobs_failed 0",
        "web_vital_seconds_bucket{page=\"/integrations/onlyfans/:id\",vital=\"lcp\",le=\"1\"} 1",
        "web_vital_layout_shift_bucket{page=\"other\",le=\"0.01\"} 1",
        "integrations{status=\"healthy\"} 0",
    ];
    eventually("all metrics are there", async || {
        page = get(&format!("http://127.0.0.1:{port}/metrics")).await.map(|(_, page)| page).unwrap_or_default();
        expected.iter().all(|line| page.contains(line))
    })
    .await;
    assert!(!page.contains("not-a-page"), "no path is a label");
}

#[sqlx::test]
async fn process_is_not_ready_before_it_stops_listening(db: PgPool) {
    let sandbox = sandbox().await;
    let mut command = Server::command(&db, &sandbox, &["serve"]);
    command.env("SHUTDOWN_DELAY_SECONDS", "3");
    let mut server = Server::start(command, free_port()).ready().await;
    server.terminate();
    eventually("not ready", async || get(&server.url("/readyz")).await.is_some_and(|(status, _)| status == 503)).await;
    assert_eq!(get(&server.url("/healthz")).await.map(|(status, _)| status), Some(200), "requests are still answered");
    server.stop().await;
}

#[sqlx::test]
async fn worker_runs_the_jobs_that_serve_leaves_to_it(db: PgPool) {
    let sandbox = sandbox().await;
    let _server = Server::start(Server::command(&db, &sandbox, &["serve", "--no-jobs"]), free_port()).ready().await;
    sqlx::query("INSERT INTO mail_outbox (id, recipient, subject, text_body, html_body, created_at, next_attempt_at) VALUES (gen_random_uuid(), 'ada@example.com', 'Hi', 'Hi', 'Hi', now(), now())")
        .execute(&db)
        .await
        .expect("a mail");
    let count = async |query: &'static str| -> i64 { sqlx::query_scalar(query).fetch_one(&db).await.expect("a row") };
    assert_eq!(count("SELECT count(*) FROM apalis.workers").await, 0);
    let mut worker = Server::start(Server::command(&db, &sandbox, &["worker"]), free_port());
    eventually("the worker has tried", async || count("SELECT sum(attempts)::bigint FROM mail_outbox").await > 0).await;
    worker.stop().await;
}
