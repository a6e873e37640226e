//! Job queue: each job runs once, survives a process crash, ends after its last attempt, and is visible to admins.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use huntaze_core::{
    db,
    infra::{
        clock::{Clock, SystemClock},
        mail::OutboxMail,
        mailer::{Mailer, MailerError},
    },
    jobs,
};
use huntaze_domain::{admin::jobs::JobKind, platform::Platform};
use huntaze_sandbox::FaultKind;
use serde_json::json;
use sqlx::PgPool;
use tokio::{sync::watch, task::JoinSet};
use uuid::Uuid;

use crate::support::{Creator, EMAIL, Server, TestApp, eventually};

const ADMIN: &str = "olga@example.com";

/// Scheduler and workers of one process; aborted when dropped.
struct Running {
    stop: watch::Sender<bool>,
    jobs: JoinSet<()>,
}

impl Running {
    fn start(app: &TestApp, mailer: impl Mailer + 'static) -> Self {
        let (stop, shutdown) = watch::channel(false);
        Self { jobs: jobs::spawn(&app.core, Arc::new(mailer), &shutdown), stop }
    }

    async fn end(self) {
        self.stop.send_replace(true);
        self.ended().await;
    }

    async fn ended(mut self) {
        tokio::time::timeout(Duration::from_secs(20), async { while self.jobs.join_next().await.is_some() {} })
            .await
            .expect("workers stop within 20 seconds, as long as a process may take");
    }
}

struct Panicking;

#[async_trait]
impl Mailer for Panicking {
    async fn send(&self, _: &OutboxMail) -> Result<(), MailerError> {
        panic!("simulated panic");
    }
}

async fn with_queue(db: &PgPool) -> TestApp {
    db::migrate(db).await.expect("the queue's tables");
    TestApp::new(db.clone())
}

/// Returns status, attempts and whether `run_at` is in the future for the only job of a kind; `None` if there is none.
async fn job(db: &PgPool, kind: JobKind) -> Option<(String, i32, bool)> {
    let kind = huntaze_domain::string_enum::StringEnum::as_str(kind);
    let row = sqlx::query_as("SELECT status, attempts, run_at > now() FROM apalis.jobs WHERE job_type = $1");
    row.bind(kind).fetch_optional(db).await.expect("an answer")
}

#[sqlx::test]
async fn two_processes_run_each_job_once(db: PgPool) {
    let app = with_queue(&db).await;
    for number in 0..30 {
        app.put_into_outbox(&format!("creator{number}@example.com")).await;
    }
    let second_instance = app.second_instance(Duration::from_secs(1));
    let processes = [Running::start(&app, app.mailer.clone()), Running::start(&second_instance, app.mailer.clone())];
    eventually("all mails are sent", async || app.mailer.count() >= 30).await;
    for process in processes {
        process.end().await;
    }
    assert!((0..30).all(|number| app.mailer.count_to(&format!("creator{number}@example.com")) == 1));
    // A mail that has just been sent may be enqueued once more; that job finds nothing to do and succeeds.
    let failed = "SELECT count(*) FROM apalis.jobs WHERE job_type = 'mail' AND status IN ('Failed', 'Killed')";
    assert_eq!(sqlx::query_scalar::<_, i64>(failed).fetch_one(&db).await.expect("a count"), 0);
    assert_eq!(sqlx::query_scalar::<_, i64>("SELECT count(*) FROM mail_outbox").fetch_one(&db).await.expect("a count"), 0);
    let cleaned = job(&db, JobKind::Cleanup).await.expect("one cleanup job, enqueued by either process");
    assert_eq!((cleaned.0.as_str(), cleaned.1), ("Done", 1));
}

/// Tells the workers to stop while they deliver a mail.
struct Stopping(watch::Sender<bool>);

#[async_trait]
impl Mailer for Stopping {
    async fn send(&self, _: &OutboxMail) -> Result<(), MailerError> {
        self.0.send_replace(true);
        Ok(())
    }
}

#[sqlx::test]
async fn worker_that_is_told_to_stop_ends_after_its_job(db: PgPool) {
    let app = with_queue(&db).await;
    for round in 1..=10 {
        app.put_into_outbox(EMAIL).await;
        let (stop, shutdown) = watch::channel(false);
        Running { jobs: jobs::spawn(&app.core, Arc::new(Stopping(stop.clone())), &shutdown), stop: stop.clone() }.ended().await;
        // A mail that has just been sent may be enqueued once more.
        let done = "SELECT count(*) FROM apalis.jobs WHERE job_type = 'mail' AND status = 'Done'";
        assert!(sqlx::query_scalar::<_, i64>(done).fetch_one(&db).await.expect("a count") >= round);
        assert_eq!(sqlx::query_scalar::<_, i64>("SELECT count(*) FROM mail_outbox").fetch_one(&db).await.expect("a count"), 0);
    }
}

/// A mail that is inserted while the workers are idle is sent at once, not at the next poll.
#[sqlx::test]
async fn notification_wakes_scheduler_and_worker(db: PgPool) {
    let app = with_queue(&db).await;
    let running = Running::start(&app, app.mailer.clone());
    eventually("the workers are idle", async || job(&db, JobKind::Cleanup).await.is_some_and(|(status, ..)| status == "Done")).await;
    app.put_into_outbox(EMAIL).await;
    tokio::time::timeout(Duration::from_secs(3), eventually("the mail is sent", async || app.mailer.count() == 1))
        .await
        .expect("before the next poll");
    running.end().await;
}

#[sqlx::test]
async fn panicking_job_is_retried_with_backoff(db: PgPool) {
    let app = with_queue(&db).await;
    app.put_into_outbox(EMAIL).await;
    let running = Running::start(&app, Panicking);
    eventually("the job has failed once", async || job(&db, JobKind::Mail).await.is_some_and(|(status, ..)| status == "Failed")).await;
    assert_eq!(job(&db, JobKind::Mail).await, Some(("Failed".to_owned(), 1, true)));
    sqlx::query("UPDATE apalis.jobs SET run_at = now() WHERE job_type = 'mail'").execute(&db).await.expect("made due");
    eventually("the job has failed twice", async || job(&db, JobKind::Mail).await == Some(("Failed".to_owned(), 2, true))).await;
    running.end().await;
}

#[sqlx::test]
async fn exhausted_job_is_listed_for_admins_and_can_be_retried(db: PgPool) {
    let app = with_queue(&db).await;
    let mut olga = Creator::new(ADMIN).admin().sign_in(&app).await;
    app.put_into_outbox(EMAIL).await;
    let mail: Uuid = sqlx::query_scalar("SELECT id FROM mail_outbox").fetch_one(&db).await.expect("one");
    db::jobs::enqueue(&db, JobKind::Mail, &[mail], 5).await.expect("pushed");
    sqlx::query("UPDATE apalis.jobs SET attempts = 4").execute(&db).await.expect("four attempts are recorded");
    let running = Running::start(&app, Panicking);
    eventually("the job is killed after its last attempt", async || {
        job(&db, JobKind::Mail).await.is_some_and(|(status, ..)| status == "Killed")
    })
    .await;
    // Wait for the periodic jobs as well, so that the snapshot has no pending job.
    for kind in [JobKind::AiCharges, JobKind::Cleanup] {
        eventually("the periodic job is done", async || job(&db, kind).await.is_some_and(|(status, ..)| status == "Done")).await;
    }
    running.end().await;
    let has_failed = "SELECT failed_at IS NOT NULL FROM mail_outbox";
    assert!(sqlx::query_scalar::<_, bool>(has_failed).fetch_one(&db).await.expect("a row"), "the mail is marked as failed");

    let mut ada = app.user_client("grace@example.com").await;
    ada.get("/api/admin/jobs").await.expect_status(403);
    for action in ["retry", "dismiss"] {
        ada.post(&format!("/api/admin/jobs/{action}"), json!({ "id": "x" })).await.expect_status(403);
        olga.post(&format!("/api/admin/jobs/{action}"), json!({ "id": "x" })).await.expect_status(404);
    }
    let report = olga.get("/api/admin/jobs").await.expect_status(200).json();
    insta::assert_json_snapshot!(report, {
        ".failed[].id" => "[id]", ".failed[].subjectId" => "[subject]", ".failed[].failedAt" => "[time]"
    });
    assert_eq!(report["failed"][0]["subjectId"], mail.to_string());
    let page = olga.page("/admin/jobs").await.expect_status(200).body;
    assert!(page.contains("job handler panicked") && page.contains("Failed jobs (1)"), "{page}");

    let id = report["failed"][0]["id"].clone();
    olga.post("/api/admin/jobs/retry", json!({ "id": id })).await.expect_status(200);
    olga.post("/api/admin/jobs/retry", json!({ "id": id })).await.expect_status(404);
    let running = Running::start(&app, app.mailer.clone());
    eventually("the mail is sent", async || app.mailer.count_to(EMAIL) == 1).await;
    running.end().await;
    assert_eq!(olga.get("/api/admin/jobs").await.json()["failedTotal"], 0);
}

#[sqlx::test]
async fn job_without_subject_can_be_dismissed_but_not_retried(db: PgPool) {
    let app = with_queue(&db).await;
    let mut olga = Creator::new(ADMIN).admin().sign_in(&app).await;
    let subjects: Vec<_> = (0..51).map(|_| Uuid::now_v7()).collect();
    for kind in [JobKind::Mail, JobKind::Sync, JobKind::Import, JobKind::PartnerSync] {
        db::jobs::enqueue(&db, kind, &subjects[..1], 5).await.expect("pushed");
    }
    db::jobs::enqueue(&db, JobKind::Mail, &subjects, 5).await.expect("pushed");
    sqlx::query("UPDATE apalis.jobs SET status = 'Killed', done_at = now()").execute(&db).await.expect("updated");
    let first = olga.get("/api/admin/jobs").await.json();
    assert_eq!((first["failedTotal"].as_i64(), first["failed"].as_array().map(Vec::len)), (Some(54), Some(50)));
    assert!(olga.page("/admin/jobs?page=2").await.body.contains("Page 2 of 2"));
    for page in ["/api/admin/jobs?page=1", "/api/admin/jobs?page=2"] {
        for job in olga.get(page).await.json()["failed"].as_array().expect("a list") {
            olga.post("/api/admin/jobs/retry", json!({ "id": job["id"] })).await.expect_status(409);
        }
    }
    let id = first["failed"][0]["id"].clone();
    olga.post("/api/admin/jobs/dismiss", json!({ "id": id })).await.expect_status(200);
    olga.post("/api/admin/jobs/dismiss", json!({ "id": id })).await.expect_status(404);
    assert_eq!(olga.get("/api/admin/jobs").await.json()["failedTotal"], 53);
}

/// The idempotency key is taken until the job has ended, and free afterwards.
#[sqlx::test]
async fn subject_has_at_most_one_unfinished_job(db: PgPool) {
    with_queue(&db).await;
    let subject = [Uuid::now_v7()];
    let push = async || {
        db::jobs::clear_idempotency_keys(&db, JobKind::Sync, &subject).await.expect("freed");
        db::jobs::enqueue(&db, JobKind::Sync, &subject, 5).await.expect("pushed")
    };
    assert_eq!(push().await, 1);
    for (status, attempts, pushed) in
        [("Pending", 0, 0), ("Queued", 1, 0), ("Running", 1, 0), ("Failed", 1, 0), ("Failed", 5, 1), ("Killed", 1, 1), ("Done", 1, 1)]
    {
        let set = "UPDATE apalis.jobs SET status = $1, attempts = $2 WHERE idempotency_key IS NOT NULL";
        sqlx::query(set).bind(status).bind(attempts).execute(&db).await.expect("updated");
        assert_eq!(push().await, pushed, "{status} {attempts}");
    }
    let races = (0..8).map(|_| db::jobs::enqueue(&db, JobKind::Import, &subject, 5));
    let pushed: u64 = futures::future::join_all(races).await.into_iter().map(|pushed| pushed.expect("an answer")).sum();
    assert_eq!(pushed, 1);
}

/// Kills a real server process with SIGKILL.
#[sqlx::test]
async fn job_of_killed_process_is_resumed_by_another(db: PgPool) {
    db::migrate(&db).await.expect("the queue's tables");
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    // The server processes use the system clock, so set the test clocks to the current time.
    app.advance(&sandbox, SystemClock.now() - app.core.clock.now());
    let mut user_client = app.user_client(EMAIL).await;
    app.connect_to(&sandbox, &mut user_client, (Platform::X, "ada.creates")).await;
    sqlx::query("UPDATE integrations SET next_sync_at = now()").execute(&db).await.expect("updated");
    sandbox.inject_fault((Platform::X, "profile"), FaultKind::Timeout, 1);

    let first = Server::start_ready(&db, &sandbox).await;
    // A worker has claimed the job and waits for the platform's response.
    let is_held = async || job(&db, JobKind::Sync).await.is_some_and(|(status, ..)| status == "Queued");
    let is_claimed = async || {
        let claimed = sqlx::query_scalar::<_, bool>("SELECT leased_until IS NOT NULL FROM integrations");
        claimed.fetch_one(&db).await.expect("a row")
    };
    eventually("the job is running", async || is_held().await && is_claimed().await).await;
    drop(first);
    assert!(is_held().await, "the killed process did not end the job");
    // Simulate missed heartbeats of the worker, and an expired lease on the integration.
    sqlx::query("UPDATE apalis.workers SET last_seen = now() - interval '3 minutes'").execute(&db).await.expect("updated");
    sqlx::query("UPDATE integrations SET leased_until = now()").execute(&db).await.expect("updated");

    let _second = Server::start_ready(&db, &sandbox).await;
    let is_read = async || {
        let read = sqlx::query_scalar::<_, bool>("SELECT last_ok_at IS NOT NULL AND sync_attempts > 0 FROM integrations");
        read.fetch_one(&db).await.expect("a row")
    };
    eventually("another process syncs the account", is_read).await;
    eventually("the job is marked as done", async || job(&db, JobKind::Sync).await.is_some_and(|(status, ..)| status == "Done")).await;
    assert_eq!(job(&db, JobKind::Sync).await.map(|(_, attempts, _)| attempts), Some(2), "the same job was retried");
}
