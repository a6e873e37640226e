//! Two server processes on one database, as behind a load balancer.

use futures::future::join_all;
use huntaze_core::infra::{
    clock::{Clock, SystemClock},
    http,
};
use huntaze_domain::platform::Platform;
use sqlx::PgPool;

use crate::support::{Server, TestApp};

/// X's refresh tokens are single-use: a second refresh with the same token would break the connection.
#[sqlx::test]
async fn concurrent_syncs_in_two_processes_make_one_request(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    // The server processes use the system clock, so set the test clocks to the current time.
    app.advance(&sandbox, SystemClock.now() - app.core.clock.now());
    let mut user_client = app.user_client("ada@example.com").await;
    let id = app.connect_to(&sandbox, &mut user_client, (Platform::X, "ada.creates")).await;
    let (first, second) = futures::join!(Server::start_ready(&db, &sandbox), Server::start_ready(&db, &sandbox));
    // The access token has expired, the last sync was an hour ago, and no scheduled sync is due.
    sqlx::query(
        "UPDATE integrations SET expires_at = now(), last_ok_at = now() - interval '1 hour', next_sync_at = now() + interval '1 day'",
    )
    .execute(&db)
    .await
    .expect("updated");
    let calls = |endpoint: &str| sandbox.state.requests().iter().filter(|request| request.endpoint == endpoint).count();
    let before = (calls("refresh"), calls("profile"));

    let cookies: Vec<_> = user_client.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let client = http::client(http::TIMEOUT).expect("TLS");
    let asks = (0..50).map(|number| {
        let server = if number % 2 == 0 { &first } else { &second };
        client
            .post(server.url(&format!("/api/integrations/refresh/x/{id}")))
            .header("accept", "application/json")
            .header("cookie", cookies.join("; "))
            .header("x-csrf-token", user_client.csrf())
            .send()
    });
    let statuses: Vec<_> = join_all(asks).await.into_iter().map(|answer| answer.expect("an answer").status().as_u16()).collect();
    assert_eq!(statuses, [200; 50]);
    assert_eq!((calls("refresh") - before.0, calls("profile") - before.1), (1, 1));
    let status = user_client.get("/api/integrations/status").await.json();
    assert_eq!(status["integrations"][0]["status"], "healthy", "{status}");
}
