//! Queries of the pages, with as much data as an agency has.

use sqlx::{PgPool, Row};

use crate::support::TestApp;

/// 20 accounts with two years of days and 300 posts each, for the user and for each of ten others; 2,000 more users with an account that has no
/// data. All have sessions, AI requests and conversations.
const DATA: &str = "
    INSERT INTO users
    SELECT (jsonb_populate_record(users, jsonb_build_object('id', gen_random_uuid(), 'email', kind || n || '@example.com'))).*
      FROM users, (SELECT 'agency' AS kind, generate_series(1, 10) AS n UNION ALL SELECT 'idle', generate_series(1, 2000)) AS others;
    INSERT INTO integrations
    SELECT (jsonb_populate_record(integrations, jsonb_build_object('id', gen_random_uuid(), 'user_id', users.id,
               'provider_account_id', users.email || n, 'next_sync_at', CASE WHEN n % 2 = 0 THEN now() END))).*
      FROM integrations, users, generate_series(2, CASE WHEN users.email LIKE 'idle%' THEN 2 ELSE 20 END) AS n;
    CREATE TEMPORARY VIEW busy AS SELECT id FROM integrations WHERE provider_account_id NOT LIKE 'idle%';
    INSERT INTO daily_insights (integration_id, day, views, reach, interactions, captured_at)
    SELECT id, date '2026-01-15' - n, 1000 + n, 600, 30, now() FROM busy, generate_series(1, 730) AS n ON CONFLICT DO NOTHING;
    INSERT INTO audience_snapshots (integration_id, day, followers, captured_at)
    SELECT id, date '2026-01-15' - n, 10000 - n, now() FROM busy, generate_series(0, 730) AS n ON CONFLICT DO NOTHING;
    INSERT INTO posts (id, integration_id, provider_post_id, title, published_at)
    SELECT gen_random_uuid(), id, n, 'Post', timestamptz '2026-01-15' - n * interval '1 day' FROM busy, generate_series(1, 300) AS n
        ON CONFLICT DO NOTHING;
    INSERT INTO post_snapshots (post_id, day, views, captured_at)
    SELECT id, date '2026-01-15' - n, n, now() FROM posts, generate_series(1, 3) AS n ON CONFLICT DO NOTHING;
    INSERT INTO sessions (id, user_id, token_hash, is_persistent, ip, created_at, last_seen_at, expires_at)
    SELECT gen_random_uuid(), id, sha256(id::text::bytea), false, '', now(), now(), now() FROM users;
    INSERT INTO ai_requests (id, user_id, month, operation, state, reserved_until, created_at)
    SELECT gen_random_uuid(), id, '2026-01-01', 'chat', 'settled', now(), now() FROM users, generate_series(1, 10);
    INSERT INTO ai_conversations (id, user_id, title, last_position, created_at, updated_at)
    SELECT gen_random_uuid(), id, 'Conversation', 0, now(), now() FROM users, generate_series(1, 10);
    ANALYZE";

/// Times that each table was read as a whole.
async fn sequential_scans(db: &PgPool) -> Vec<(String, i64)> {
    // The counters of this connection are written when its next statement begins.
    sqlx::query("SELECT pg_stat_force_next_flush()").execute(db).await.expect("flushed");
    sqlx::query("SELECT pg_stat_clear_snapshot()").execute(db).await.expect("cleared");
    let rows = sqlx::query("SELECT relname::text, seq_scan FROM pg_stat_user_tables WHERE schemaname = 'public' ORDER BY relname");
    rows.fetch_all(db).await.expect("the counters").iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[sqlx::test]
async fn pages_find_large_tables_by_index(db: PgPool) {
    let (app, _sandbox, user_client, _) = TestApp::with_account(db.clone()).await;
    sqlx::raw_sql(DATA).execute(&db).await.expect("inserted");
    let measured = app.with_one_connection();
    let mut user_client = user_client.moved_to(&measured);
    // So that its own counters are written now, not later.
    db.close().await;
    let large = [
        "ai_conversations",
        "ai_requests",
        "audience_snapshots",
        "daily_insights",
        "integrations",
        "post_snapshots",
        "posts",
        "sessions",
        "users",
    ];
    for path in ["/home", "/analytics", "/analytics?range=90d&order=worst", "/integrations", "/assistant"] {
        let before = sequential_scans(&measured.core.db).await;
        user_client.page(path).await.expect_status(200);
        let after = sequential_scans(&measured.core.db).await;
        let scanned: Vec<_> = after.iter().filter(|count| large.contains(&&*count.0) && !before.contains(count)).collect();
        assert!(scanned.is_empty(), "{path}: {scanned:?}");
    }
    // The counters work.
    let before = sequential_scans(&measured.core.db).await;
    sqlx::query("SELECT count(*) FROM posts WHERE title = 'x'").execute(&measured.core.db).await.expect("counted");
    assert_ne!(sequential_scans(&measured.core.db).await, before);
}
