//! Crash recovery: the server process is killed repeatedly during a token refresh.

use std::time::{Duration, Instant};

use huntaze_core::{
    db as tables,
    infra::clock::{Clock, SystemClock},
};
use huntaze_domain::platform::Platform;
use huntaze_sandbox::SandboxState;
use huntaze_texts::Text;
use serde_json::Value;
use sqlx::PgPool;

use crate::support::{Client, EMAIL, Server, TestApp};

const TIMES: usize = 100;
/// Longest delay between the token refresh request and SIGKILL. The delays cover kills before the response and after the update
/// of the row.
const LATEST_DEATH: Duration = Duration::from_millis(12);

fn refreshes(state: &SandboxState) -> usize {
    state.requests().iter().filter(|request| request.endpoint == "refresh").count()
}

/// Returns status and reason of the only account.
async fn account_status(user_client: &mut Client) -> (String, Value) {
    let account = user_client.get("/api/integrations/status").await.json()["integrations"][0].clone();
    (account["status"].as_str().expect("a status").to_owned(), account["reason"].clone())
}

/// X's refresh tokens are single-use: a process that is killed between the response and the update of the row loses the new one.
/// The account then asks to reconnect; otherwise it stays healthy.
#[sqlx::test]
async fn account_works_or_asks_to_reconnect_after_any_kill(db: PgPool) {
    tables::migrate(&db).await.expect("the queue's tables");
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    // The server process uses the system clock, so set the test clocks to the current time.
    app.advance(&sandbox, SystemClock.now() - app.core.clock.now());
    let mut user_client = app.user_client(EMAIL).await;
    app.connect_to(&sandbox, &mut user_client, (Platform::X, "ada.creates")).await;
    let (mut works, mut asks) = (0, 0);
    for round in 0..TIMES {
        let due = "UPDATE integrations SET expires_at = now(), next_sync_at = now() - interval '1 day', leased_until = NULL, consecutive_failures = 0";
        sqlx::query(due).execute(&db).await.expect("updated");
        // Delete the job of the killed process, which would count as running until its worker is declared dead.
        sqlx::query("DELETE FROM apalis.jobs").execute(&db).await.expect("deleted");
        let before = refreshes(&sandbox.state);
        let server = Server::start(Server::command(&db, &sandbox, &["serve"]), 0);
        let given_up = Instant::now() + Duration::from_secs(20);
        while refreshes(&sandbox.state) == before {
            assert!(Instant::now() < given_up, "round {round}: no token refresh within 20 seconds");
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        tokio::time::sleep(LATEST_DEATH * u32::try_from(round).expect("small") / 100).await;
        drop(server);

        let stored: (bool, bool) = sqlx::query_as("SELECT access_token IS NOT NULL, refresh_token IS NOT NULL FROM integrations")
            .fetch_one(&db)
            .await
            .expect("a row");
        assert_eq!(stored, (true, true), "round {round}: stored tokens are never cleared");
        sqlx::query(due).execute(&db).await.expect("updated");
        app.sync_all_due().await;
        match account_status(&mut user_client).await {
            (status, Value::Null) if status == "healthy" => works += 1,
            (status, reason) if status == "error" && reason == "revoked" => {
                asks += 1;
                app.connect_to(&sandbox, &mut user_client, (Platform::X, "ada.creates")).await;
            }
            other => panic!("round {round}: {other:?}"),
        }
    }
    println!("{} killed {TIMES} times: works {works}, asks to reconnect {asks}", Platform::X.text());
    assert_eq!(works + asks, TIMES);
    assert!(works > 0, "most kills do not lose a token");
}
