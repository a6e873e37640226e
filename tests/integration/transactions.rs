//! No acknowledged write is lost: not when a client goes away during `BEGIN`, not when the process is told to stop.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use huntaze_core::db;
use serde_json::json;
use sqlx::{
    PgPool, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    task::JoinSet,
};

use crate::support::{EMAIL, Sandbox, Server, TestApp, eventually};

/// Delay of each chunk from PostgreSQL: wide enough for a future to be dropped while the answer to `BEGIN` is on its way.
const LATENCY: Duration = Duration::from_millis(10);

/// A proxy in front of PostgreSQL's socket whose answers arrive late.
struct SlowPostgres {
    folder: TempDir,
}

impl SlowPostgres {
    fn start(socket: PathBuf) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).expect("a socket");
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&socket).await.expect("PostgreSQL");
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
                tokio::spawn(async move {
                    let mut buffer = vec![0; 65_536];
                    while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
                        tokio::time::sleep(LATENCY).await;
                        if to_client.write_all(&buffer[..length]).await.is_err() {
                            break;
                        }
                    }
                });
            }
        });
        Self { folder }
    }

    fn options(&self, direct: &PgConnectOptions) -> PgConnectOptions {
        direct.clone().socket(self.folder.path())
    }
}

/// Drops a future that begins a transaction after 0, 1, … milliseconds, with one connection, and writes a row after each. Returns how many of
/// the acknowledged rows `direct` does not see.
async fn lost_rows<F: Future<Output = ()> + Send>(direct: &PgPool, pool: &PgPool, begin: impl Fn(PgPool) -> F) -> i64 {
    sqlx::query("TRUNCATE written").execute(direct).await.expect("truncated");
    let rounds = 60;
    for round in 0..rounds {
        let _ = tokio::time::timeout(Duration::from_millis(round), begin(pool.clone())).await;
        sqlx::query("INSERT INTO written VALUES (1)").execute(pool).await.expect("acknowledged");
    }
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM written").fetch_one(direct).await.expect("a count");
    i64::try_from(rounds).expect("small") - seen
}

async fn ignore(begun: impl Future<Output = Option<Transaction<'static, Postgres>>>) {
    drop(begun.await);
}

#[expect(clippy::disallowed_methods, reason = "this is what goes wrong")]
async fn begin_cancellable(pool: PgPool) {
    ignore(async { pool.begin().await.ok() }).await;
}

#[sqlx::test]
async fn cancelled_begin_loses_no_later_write(direct: PgPool) {
    sqlx::query("CREATE TABLE written (x int)").execute(&direct).await.expect("created");
    let options = direct.connect_options();
    let socket = options.get_socket().expect("a socket folder").join(format!(".s.PGSQL.{}", options.get_port()));
    let proxy = SlowPostgres::start(socket);
    let slow = proxy.options(&options).port(5432);

    // The defect of sqlx-postgres 0.9.0. If this fails, it is gone, and so can `db::begin` be.
    let plain = PgPoolOptions::new().max_connections(1).connect_lazy_with(slow.clone());
    assert!(lost_rows(&direct, &plain, begin_cancellable).await > 0, "the window was hit");

    let ours = db::pool_options().max_connections(1).connect_lazy_with(slow.clone());
    let of_queue = db::queue_pool_options().max_connections(1).connect_lazy_with(slow);
    let begin = |pool: PgPool| async move { ignore(async { db::begin(&pool).await.ok() }).await };
    assert_eq!(lost_rows(&direct, &ours, begin).await, 0, "db::begin");
    assert_eq!(lost_rows(&direct, &of_queue, begin_cancellable).await, 0, "a connection that is returned inside a transaction is closed");
}

/// Stops a server with SIGTERM while it connects accounts, streams an answer and acknowledges writes. `STOPS` sets how often.
#[sqlx::test]
async fn stop_under_load_loses_no_acknowledged_write(db: PgPool) {
    db::migrate(&db).await.expect("the queue's tables");
    let stops = std::env::var_os("STOPS").and_then(|stops| stops.to_str()?.parse().ok()).unwrap_or(3);
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    app.register_verified(EMAIL).await;
    for stop in 0..stops {
        sqlx::query("DELETE FROM daily_totals").execute(&db).await.expect("deleted");
        // Not always at the same moment of a write.
        let written = write_until_stopped(&db, &sandbox, 5 + stop % 50).await;
        let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM daily_totals").fetch_one(&db).await.expect("a count");
        assert!(stored >= written, "stop {stop}: {written} acknowledged, {stored} stored");
    }
}

/// Sends the signal once `writes` were acknowledged. Returns how many were in the end.
async fn write_until_stopped(db: &PgPool, sandbox: &Sandbox, writes: i64) -> i64 {
    let mut server = Server::start_ready(db, sandbox).await;
    let session = server.session(EMAIL).await;
    let written = Arc::new(AtomicI64::new(0));
    let mut clients = JoinSet::new();
    for writer in 1..=8 {
        let (mut session, written) = (session.clone(), Arc::clone(&written));
        clients.spawn(async move {
            for day in 1..=28 {
                let body = json!({ "day": format!("2025-{writer:02}-{day:02}"), "amount": "12.50", "currency": "USD" });
                match session.try_post("/api/earnings/daily-totals", &body).await {
                    Some(200) => drop(written.fetch_add(1, Ordering::SeqCst)),
                    Some(status) => assert!(status >= 500, "{status}"),
                    None => break,
                }
            }
        });
    }
    let mut reader = session.clone();
    clients.spawn(async move {
        let _ = reader.try_post("/api/ai/chat/stream", &json!({ "message": "How are my views? [sandbox:slow]" })).await;
    });
    eventually("writes are acknowledged", async || written.load(Ordering::SeqCst) >= writes).await;
    let signalled_at = Instant::now();
    server.stop().await;
    assert!(signalled_at.elapsed() < Duration::from_secs(20), "stopped after {:?}", signalled_at.elapsed());
    while let Some(client) = clients.join_next().await {
        client.expect("it ends");
    }
    written.load(Ordering::SeqCst)
}
