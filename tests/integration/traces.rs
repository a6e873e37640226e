//! A failure inside the database leaves one log line with the whole chain of causes, and what finds it: request or job, route and user.

use std::{
    io,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use huntaze::logging;
use huntaze_core::{db, jobs};
use huntaze_domain::platform::Platform;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::sync::watch;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt};

use crate::support::{EMAIL, TestApp, eventually};

/// Everything that this process logs, as in production. Other tests log here, too.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Captured {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

fn captured() -> &'static Captured {
    static CAPTURED: OnceLock<Captured> = OnceLock::new();
    CAPTURED.get_or_init(|| {
        let captured = Captured::default();
        let filter = EnvFilter::new("info");
        tracing_subscriber::registry().with(filter).with(logging::json(captured.clone())).try_init().expect("the only subscriber");
        captured
    })
}

/// Lines whose `error` contains `cause`, and whose span has this value.
fn lines(cause: &str, (name, value): (&str, &str)) -> Vec<Value> {
    let bytes = captured().0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let lines = String::from_utf8_lossy(&bytes).lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")).collect::<Vec<_>>();
    lines
        .into_iter()
        .filter(|line| line["span"][name] == value && line["error"].as_str().is_some_and(|error| error.contains(cause)))
        .collect()
}

/// Hides a table: every query on it fails.
async fn break_table(db: &PgPool, table: &str) -> String {
    sqlx::query(sqlx::AssertSqlSafe(format!("ALTER TABLE {table} RENAME TO broken"))).execute(db).await.expect("renamed");
    format!("relation \"{table}\" does not exist")
}

async fn user_id(db: &PgPool) -> String {
    sqlx::query_scalar("SELECT id::text FROM users WHERE email = $1").bind(EMAIL).fetch_one(db).await.expect("a user")
}

#[sqlx::test]
async fn failed_endpoint_logs_one_line(db: PgPool) {
    captured();
    let app = TestApp::new(db.clone());
    let mut user = app.user_client(EMAIL).await;
    let cause = break_table(&db, "drafts").await;
    let response = user.get("/api/drafts").await.expect_status(500);
    let request_id = response.header("x-request-id").to_owned();
    assert_eq!(response.json()["requestId"], request_id);
    let found = lines(&cause, ("request_id", &request_id));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["level"], "ERROR");
    assert_eq!(found[0]["span"]["route"], "/api/drafts");
    assert_eq!(found[0]["span"]["user_id"], user_id(&db).await);
}

#[sqlx::test]
async fn failed_page_logs_one_line(db: PgPool) {
    captured();
    let app = TestApp::new(db.clone());
    let mut user = app.user_client(EMAIL).await;
    let cause = break_table(&db, "drafts").await;
    let response = user.page("/content").await;
    let request_id = response.header("x-request-id").to_owned();
    let found = lines(&cause, ("request_id", &request_id));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["span"]["route"], "/content");
    assert_eq!(found[0]["span"]["user_id"], user_id(&db).await);
}

#[sqlx::test]
async fn failed_job_logs_one_line(db: PgPool) {
    captured();
    db::migrate(&db).await.expect("the queue's tables");
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user = app.user_client(EMAIL).await;
    app.connect_to(&sandbox, &mut user, (Platform::Instagram, "ada.creates")).await;
    let integration_id: String = sqlx::query_scalar("SELECT id::text FROM integrations").fetch_one(&db).await.expect("one");
    let cause = break_table(&db, "daily_insights").await;
    let (stop, shutdown) = watch::channel(false);
    let mut running = jobs::spawn(&app.core, Arc::new(app.mailer.clone()), &shutdown);
    eventually("the job has failed", async || !lines(&cause, ("subject_id", &integration_id)).is_empty()).await;
    stop.send_replace(true);
    tokio::time::timeout(Duration::from_secs(10), async { while running.join_next().await.is_some() {} }).await.expect("stopped");
    let found = lines(&cause, ("subject_id", &integration_id));
    assert_eq!(found.len(), 1, "{found:?}");
    let job_id: String = sqlx::query_scalar("SELECT id FROM apalis.jobs WHERE job_type = 'sync'").fetch_one(&db).await.expect("one");
    assert_eq!((&found[0]["span"]["job.id"], &found[0]["span"]["attempt"]), (&json!(job_id), &json!(1)));
}

/// The answer of the assistant is stored by a task that outlives the request that asked for it.
#[sqlx::test]
async fn failed_task_logs_one_line_with_its_request(db: PgPool) {
    captured();
    let (app, _sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user = app.user_client(EMAIL).await;
    sqlx::query("ALTER TABLE ai_usage ADD CONSTRAINT broken CHECK (false) NOT VALID").execute(&db).await.expect("altered");
    let cause = "violates check constraint \"broken\"";
    let response = user.post("/api/ai/chat/start", json!({ "message": "How are my views?" })).await.expect_status(200);
    let request_id = response.header("x-request-id").to_owned();
    eventually("the task has failed", async || !lines(cause, ("request_id", &request_id)).is_empty()).await;
    let found = lines(cause, ("request_id", &request_id));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["span"]["route"], "/api/ai/chat/start");
    assert_eq!(found[0]["span"]["user_id"], user_id(&db).await);
}
