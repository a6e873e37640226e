//! The process that renews an access dies in the middle of it, again and again.

use std::time::{Duration, Instant};

use huntaze_core::{
    db as tables,
    infra::clock::{Clock, SystemClock},
};
use huntaze_domain::{choice::Choice, platform::Platform};
use huntaze_sandbox::World;
use serde_json::Value;
use sqlx::PgPool;

use crate::support::{Client, EMAIL, Server, TestApp};

const TIMES: usize = 100;
/// From the call for new tokens to the death: from before the answer to after the row.
const LATEST_DEATH: Duration = Duration::from_millis(12);

fn refreshes(world: &World) -> usize {
    world.requests().iter().filter(|request| request.endpoint == "refresh").count()
}

/// The only account: whether it works, or says what to do.
async fn how(member: &mut Client) -> (String, Value) {
    let account = member.get("/api/integrations/status").await.json()["integrations"][0].clone();
    (account["status"].as_str().expect("a status").to_owned(), account["reason"].clone())
}

/// X's refresh token is good once: who dies after the answer and before the row has lost it. Then the account says so; else it works.
#[sqlx::test]
async fn an_account_works_or_says_what_to_do_whenever_the_process_dies(db: PgPool) {
    tables::migrate(&db).await.expect("the queue's tables");
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    // The other process lives in the present.
    app.advance(&sandbox, SystemClock.now() - app.core.clock.now());
    let mut member = app.member(EMAIL).await;
    app.connect_to(&sandbox, &mut member, Platform::X, "ada.creates").await;
    let (mut works, mut asks) = (0, 0);
    for round in 0..TIMES {
        let due = "UPDATE integrations SET expires_at = now(), next_sync_at = now() - interval '1 day', leased_until = NULL, failures = 0";
        sqlx::query(due).execute(&db).await.expect("updated");
        // As if a minute had passed: until then the job is taken for one that is being done.
        sqlx::query("DELETE FROM apalis.jobs").execute(&db).await.expect("deleted");
        let before = refreshes(&sandbox.world);
        let server = Server::start(&db, &sandbox, 0);
        let given_up = Instant::now() + Duration::from_secs(20);
        while refreshes(&sandbox.world) == before {
            assert!(Instant::now() < given_up, "round {round}: the account was not read");
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        tokio::time::sleep(LATEST_DEATH * u32::try_from(round).expect("small") / 100).await;
        drop(server);

        let stored: (bool, bool) = sqlx::query_as("SELECT access_token IS NOT NULL, refresh_token IS NOT NULL FROM integrations")
            .fetch_one(&db)
            .await
            .expect("a row");
        assert_eq!(stored, (true, true), "round {round}: no token was turned into nothing");
        sqlx::query(due).execute(&db).await.expect("updated");
        app.read_due().await;
        match how(&mut member).await {
            (status, Value::Null) if status == "healthy" => works += 1,
            (status, reason) if status == "error" && reason == "revoked" => {
                asks += 1;
                app.connect_to(&sandbox, &mut member, Platform::X, "ada.creates").await;
            }
            other => panic!("round {round}: {other:?}"),
        }
    }
    println!("{} killed {TIMES} times: works {works}, asks to reconnect {asks}", Platform::X.label());
    assert_eq!(works + asks, TIMES);
    assert!(works > 0, "most deaths are harmless");
}
