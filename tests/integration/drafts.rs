//! Drafts: texts stored for later publication.

use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{Client, Sandbox, TestApp};

async fn ready(db: PgPool) -> (TestApp, Sandbox, Client, String) {
    let (app, sandbox) = TestApp::with_sandbox(db).await;
    let mut member = app.member("ada@example.com").await;
    let input = json!({ "platform": "x", "contentType": "photos", "keywords": [], "description": "Sunset at the beach." });
    let captions = member.post("/api/ai/generate-caption", input).await.expect_status(200).json();
    let id = captions["id"].as_str().expect("an id").to_owned();
    (app, sandbox, member, id)
}

fn keep(captions: &str, variant: i16, text: &str) -> Value {
    json!({ "captionsId": captions, "variant": variant, "text": text })
}

async fn texts(member: &mut Client) -> Vec<String> {
    let drafts = member.get("/api/drafts").await.expect_status(200).json();
    drafts.as_array().expect("a list").iter().map(|draft| draft["text"].as_str().expect("text").to_owned()).collect()
}

#[sqlx::test]
async fn draft_is_created_updated_and_deleted(db: PgPool) {
    let (app, _sandbox, mut member, captions) = ready(db).await;
    let draft = member.post("/api/drafts/keep", keep(&captions, 0, " Salt & sun <3 \n\n#sea ")).await.expect_status(200).json();
    assert_eq!((&draft["platform"], &draft["text"]), (&json!("x"), &json!("Salt & sun <3 \n\n#sea")));
    member.post("/api/drafts/keep", keep(&captions, 1, "Another")).await.expect_status(200);
    app.clock.advance(chrono::TimeDelta::seconds(1));
    let again = member.post("/api/drafts/keep", keep(&captions, 0, "Salt, and sun")).await.expect_status(200).json();
    assert_eq!(again["id"], draft["id"], "storing the variant again updates the same draft");
    assert_eq!(texts(&mut member).await, ["Salt, and sun", "Another"]);
    let id = draft["id"].as_str().expect("an id");
    app.clock.advance(chrono::TimeDelta::seconds(1));
    let saved = member.post("/api/drafts/save", json!({ "id": id, "text": "Sun" })).await.expect_status(200).json();
    assert_eq!((&saved["text"], &saved["id"]), (&json!("Sun"), &draft["id"]));
    let page = member.page("/content").await.expect_status(200).body;
    for part in ["Drafts", "Sun", "Another", "Keep as draft", "Save draft"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(member.get("/api/account/export").await.json()["drafts"][0]["text"], "Sun");
    // A draft that the user has edited is not overwritten when its variant is stored again.
    let other = member.post("/api/drafts/keep", keep(&captions, 0, "Salt, and sun")).await.expect_status(200).json();
    assert_ne!(other["id"], draft["id"]);
    member.post("/api/drafts/delete", json!({ "id": other["id"] })).await.expect_status(200);
    assert_eq!(member.post("/api/drafts/delete", json!({ "id": id })).await.expect_status(200).json(), json!(id));
    member.post("/api/drafts/delete", json!({ "id": id })).await.expect_status(404);
    assert_eq!(texts(&mut member).await, ["Another"]);
}

#[sqlx::test]
async fn draft_of_another_user_returns_not_found(db: PgPool) {
    let (app, _sandbox, mut member, captions) = ready(db).await;
    let draft = member.post("/api/drafts/keep", keep(&captions, 0, "Mine")).await.expect_status(200).json();
    let mut eve = app.member("eve@example.com").await;
    eve.post("/api/drafts/keep", keep(&captions, 0, "Hers")).await.expect_status(404);
    eve.post("/api/drafts/keep", keep(&captions, 1, "Hers")).await.expect_status(404);
    eve.post("/api/drafts/save", json!({ "id": draft["id"], "text": "Hers" })).await.expect_status(404);
    eve.post("/api/drafts/delete", json!({ "id": draft["id"] })).await.expect_status(404);
    assert!(texts(&mut eve).await.is_empty());
    assert_eq!(texts(&mut member).await, ["Mine"]);
    app.visitor().await.get("/api/drafts").await.expect_status(401);
}

#[sqlx::test]
async fn invalid_and_excess_drafts_are_rejected(db: PgPool) {
    let (app, _sandbox, mut member, captions) = ready(db.clone()).await;
    let refused = member.post("/api/drafts/keep", keep(&captions, 0, "  ")).await.expect_status(400).json();
    assert_eq!(refused["fields"], json!({ "text": "There is no text to keep." }));
    member.post("/api/drafts/keep", keep(&captions, 3, "x")).await.expect_status(400);
    member.post("/api/drafts/keep", keep("x", 0, "x")).await.expect_status(400);
    member.post("/api/drafts/save", json!({ "id": "x", "text": "x" })).await.expect_status(404);
    let many = "INSERT INTO drafts (id, user_id, variant, platform, text, updated_at)
                SELECT gen_random_uuid(), users.id, 0, 'x', 'kept', now() FROM users, generate_series(1, 100)";
    sqlx::query(many).execute(&db).await.expect("inserted");
    assert_eq!(member.post("/api/drafts/keep", keep(&captions, 0, "one more")).await.expect_status(409).code(), "conflict");
    // Concurrent requests do not exceed the limit of 100 drafts.
    sqlx::query("DELETE FROM drafts WHERE id = (SELECT min(id::text)::uuid FROM drafts)").execute(&db).await.expect("deleted");
    let at_once = (0..3).map(|variant| {
        let (mut client, input) = (app.client(), keep(&captions, variant, "the last"));
        client.cookies.clone_from(&member.cookies);
        async move { client.post("/api/drafts/keep", input).await.status.as_u16() }
    });
    let mut statuses = join_all(at_once).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409]);
}

#[sqlx::test]
async fn concurrent_creates_of_one_variant_make_one_draft(db: PgPool) {
    let (app, _sandbox, mut member, captions) = ready(db).await;
    let clicks = (0..10).map(|_| {
        let mut client = app.client();
        client.cookies.clone_from(&member.cookies);
        let input = keep(&captions, 2, "Once");
        async move { client.post("/api/drafts/keep", input).await.expect_status(200).json()["id"].clone() }
    });
    let ids = join_all(clicks).await;
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(texts(&mut member).await, ["Once"]);
}

#[sqlx::test]
async fn forms_create_update_and_delete_draft(db: PgPool) {
    let (_app, _sandbox, mut member, captions) = ready(db.clone()).await;
    let mut posted = async |uri: &str, fields: &[(&str, &str)]| {
        let back = member.submit(uri, fields).await.location().to_owned();
        assert!(back.starts_with("/content"), "{back}");
        member.page(&back).await.body
    };
    let page = posted("/api/drafts/keep", &[("captionsId", &captions), ("variant", "0"), ("text", "By hand")]).await;
    assert!(page.contains("By hand") && page.contains("It is kept with your drafts."), "{page}");
    let page = posted("/api/drafts/keep", &[("captionsId", &captions), ("variant", "1"), ("text", " ")]).await;
    assert_eq!(page.matches(">There is no text to keep.</p>").count(), 1, "the error is shown at the submitted variant: {page}");
    let id: Uuid = sqlx::query_scalar("SELECT id FROM drafts").fetch_one(&db).await.expect("one");
    let id = id.to_string();
    let page = posted("/api/drafts/save", &[("id", &id), ("text", "")]).await;
    assert!(page.contains(">There is no text to keep.</p>") && page.contains(" open"), "{page}");
    assert!(posted("/api/drafts/save", &[("id", &id), ("text", "Changed")]).await.contains("The draft is saved."));
    assert!(posted("/api/drafts/delete", &[("id", &id)]).await.contains("The draft is deleted."));
}
