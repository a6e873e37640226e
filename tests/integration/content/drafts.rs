//! Drafts: texts stored for later publication.

use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{Client, Sandbox, TestApp};

async fn setup(db: PgPool) -> (TestApp, Sandbox, Client, String) {
    let (app, sandbox) = TestApp::with_sandbox(db).await;
    let mut user_client = app.user_client("ada@example.com").await;
    let input = json!({ "platform": "x", "contentType": "photos", "keywords": [], "description": "Sunset at the beach." });
    let captions = user_client.post("/api/ai/generate-caption", input).await.expect_status(200).json();
    let id = captions["id"].as_str().expect("an id").to_owned();
    (app, sandbox, user_client, id)
}

fn keep(captions: &str, variant: i16, text: &str) -> Value {
    json!({ "captionsId": captions, "variantIndex": variant, "text": text })
}

async fn texts(user_client: &mut Client) -> Vec<String> {
    let drafts = user_client.get("/api/drafts").await.expect_status(200).json();
    drafts.as_array().expect("a list").iter().map(|draft| draft["text"].as_str().expect("text").to_owned()).collect()
}

#[sqlx::test]
async fn draft_is_created_updated_and_deleted(db: PgPool) {
    let (app, _sandbox, mut user_client, captions) = setup(db).await;
    let draft = user_client.post("/api/drafts/create", keep(&captions, 0, " Salt & sun <3 \n\n#sea ")).await.expect_status(200).json();
    assert_eq!((&draft["platform"], &draft["text"]), (&json!("x"), &json!("Salt & sun <3 \n\n#sea")));
    user_client.post("/api/drafts/create", keep(&captions, 1, "Another")).await.expect_status(200);
    app.clock.advance(chrono::TimeDelta::seconds(1));
    let again = user_client.post("/api/drafts/create", keep(&captions, 0, "Salt, and sun")).await.expect_status(200).json();
    assert_eq!(again["id"], draft["id"], "storing the variant again updates the same draft");
    assert_eq!(texts(&mut user_client).await, ["Salt, and sun", "Another"]);
    let id = draft["id"].as_str().expect("an id");
    app.clock.advance(chrono::TimeDelta::seconds(1));
    let saved = user_client.post("/api/drafts/update", json!({ "id": id, "text": "Sun" })).await.expect_status(200).json();
    assert_eq!((&saved["text"], &saved["id"]), (&json!("Sun"), &draft["id"]));
    let page = user_client.page("/content").await.expect_status(200).body;
    for part in ["Drafts", "Sun", "Another", "Keep as draft", "Save draft"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(user_client.get("/api/account/export").await.json()["drafts"][0]["text"], "Sun");
    // A draft that the user has edited is not overwritten when its variant is stored again.
    let other = user_client.post("/api/drafts/create", keep(&captions, 0, "Salt, and sun")).await.expect_status(200).json();
    assert_ne!(other["id"], draft["id"]);
    user_client.post("/api/drafts/delete", json!({ "id": other["id"] })).await.expect_status(200);
    assert_eq!(user_client.post("/api/drafts/delete", json!({ "id": id })).await.expect_status(200).json(), json!(id));
    user_client.post("/api/drafts/delete", json!({ "id": id })).await.expect_status(404);
    assert_eq!(texts(&mut user_client).await, ["Another"]);
}

#[sqlx::test]
async fn draft_of_another_user_returns_not_found(db: PgPool) {
    let (app, _sandbox, mut user_client, captions) = setup(db).await;
    let draft = user_client.post("/api/drafts/create", keep(&captions, 0, "Mine")).await.expect_status(200).json();
    let mut eve = app.user_client("eve@example.com").await;
    eve.post("/api/drafts/create", keep(&captions, 0, "Hers")).await.expect_status(404);
    eve.post("/api/drafts/create", keep(&captions, 1, "Hers")).await.expect_status(404);
    eve.post("/api/drafts/update", json!({ "id": draft["id"], "text": "Hers" })).await.expect_status(404);
    eve.post("/api/drafts/delete", json!({ "id": draft["id"] })).await.expect_status(404);
    assert!(texts(&mut eve).await.is_empty());
    assert_eq!(texts(&mut user_client).await, ["Mine"]);
    app.anon_client().await.get("/api/drafts").await.expect_status(401);
}

#[sqlx::test]
async fn invalid_and_excess_drafts_are_rejected(db: PgPool) {
    let (app, _sandbox, mut user_client, captions) = setup(db.clone()).await;
    let refused = user_client.post("/api/drafts/create", keep(&captions, 0, "  ")).await.expect_status(400).json();
    assert_eq!(refused["fields"], json!({ "text": "There is no text to keep." }));
    user_client.post("/api/drafts/create", keep(&captions, 3, "x")).await.expect_status(400);
    user_client.post("/api/drafts/create", keep("x", 0, "x")).await.expect_status(400);
    user_client.post("/api/drafts/update", json!({ "id": "x", "text": "x" })).await.expect_status(404);
    let many = "INSERT INTO drafts (id, user_id, variant_index, platform, text, updated_at)
                SELECT gen_random_uuid(), users.id, 0, 'x', 'kept', now() FROM users, generate_series(1, 100)";
    sqlx::query(many).execute(&db).await.expect("inserted");
    assert_eq!(user_client.post("/api/drafts/create", keep(&captions, 0, "one more")).await.expect_status(409).code(), "conflict");
    // Concurrent requests do not exceed the limit of 100 drafts.
    sqlx::query("DELETE FROM drafts WHERE id = (SELECT min(id::text)::uuid FROM drafts)").execute(&db).await.expect("deleted");
    let at_once = (0..3).map(|variant| {
        let (mut client, input) = (app.client(), keep(&captions, variant, "the last"));
        client.cookies.clone_from(&user_client.cookies);
        async move { client.post("/api/drafts/create", input).await.status.as_u16() }
    });
    let mut statuses = join_all(at_once).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409]);
}

#[sqlx::test]
async fn concurrent_creates_of_one_variant_make_one_draft(db: PgPool) {
    let (app, _sandbox, mut user_client, captions) = setup(db).await;
    let clicks = (0..10).map(|_| {
        let mut client = app.client();
        client.cookies.clone_from(&user_client.cookies);
        let input = keep(&captions, 2, "Once");
        async move { client.post("/api/drafts/create", input).await.expect_status(200).json()["id"].clone() }
    });
    let ids = join_all(clicks).await;
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(texts(&mut user_client).await, ["Once"]);
}

#[sqlx::test]
async fn forms_create_update_and_delete_draft(db: PgPool) {
    let (_app, _sandbox, mut user_client, captions) = setup(db.clone()).await;
    let mut posted = async |uri: &str, fields: &[(&str, &str)]| {
        let back = user_client.submit(&format!("/content?captions={captions}"), uri, fields).await.location().to_owned();
        assert!(back.starts_with("/content"), "{back}");
        user_client.page(&back).await.body
    };
    let page = posted("/api/drafts/create", &[("captionsId", &captions), ("variantIndex", "0"), ("text", "By hand")]).await;
    assert!(page.contains("By hand") && page.contains("It is kept with your drafts."), "{page}");
    let page = posted("/api/drafts/create", &[("captionsId", &captions), ("variantIndex", "1"), ("text", " ")]).await;
    assert_eq!(page.matches(">There is no text to keep.</p>").count(), 1, "the error is shown at the submitted variant: {page}");
    let id: Uuid = sqlx::query_scalar("SELECT id FROM drafts").fetch_one(&db).await.expect("one");
    let id = id.to_string();
    let page = posted("/api/drafts/update", &[("id", &id), ("text", "")]).await;
    assert!(page.contains(">There is no text to keep.</p>") && page.contains(" open"), "{page}");
    assert!(posted("/api/drafts/update", &[("id", &id), ("text", "Changed")]).await.contains("The draft is saved."));
    assert!(posted("/api/drafts/delete", &[("id", &id)]).await.contains("The draft is deleted."));
}
