//! Two servers on one database, as operators run them behind a load balancer.

use futures::future::join_all;
use huntaze_core::infra::{
    clock::{Clock, SystemClock},
    http,
};
use huntaze_domain::platform::Platform;
use sqlx::PgPool;

use crate::support::{Server, TestApp};

/// X's refresh token is good once: whoever came second with it would lose the account.
#[sqlx::test]
async fn fifty_refreshes_over_two_processes_are_one_call(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    // The other processes live in the present.
    app.advance(&sandbox, SystemClock.now() - app.core.clock.now());
    let mut member = app.member("ada@example.com").await;
    let id = app.connect_to(&sandbox, &mut member, Platform::X, "ada.creates").await;
    let (first, second) = futures::join!(Server::start_ready(&db, &sandbox), Server::start_ready(&db, &sandbox));
    // Its access is over, it was read long ago, and no job is about to read it.
    sqlx::query(
        "UPDATE integrations SET expires_at = now(), last_ok_at = now() - interval '1 hour', next_sync_at = now() + interval '1 day'",
    )
    .execute(&db)
    .await
    .expect("updated");
    let calls = |endpoint: &str| sandbox.world.requests().iter().filter(|request| request.endpoint == endpoint).count();
    let before = (calls("refresh"), calls("profile"));

    let cookies: Vec<_> = member.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let client = http::client(http::TIMEOUT).expect("TLS");
    let asks = (0..50).map(|number| {
        let server = if number % 2 == 0 { &first } else { &second };
        client
            .post(server.url(&format!("/api/integrations/refresh/x/{id}")))
            .header("accept", "application/json")
            .header("cookie", cookies.join("; "))
            .header("x-csrf-token", member.csrf())
            .send()
    });
    let statuses: Vec<_> = join_all(asks).await.into_iter().map(|answer| answer.expect("an answer").status().as_u16()).collect();
    assert_eq!(statuses, [200; 50]);
    assert_eq!((calls("refresh") - before.0, calls("profile") - before.1), (1, 1));
    let status = member.get("/api/integrations/status").await.json();
    assert_eq!(status["integrations"][0]["status"], "healthy", "{status}");
}
