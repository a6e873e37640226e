//! Conversations: their messages, concurrent questions, search, and forms without JavaScript.

use chrono::TimeDelta;
use huntaze_core::ai::{Prompt, Turn};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{ask, messages, scripted};
use crate::support::{Client, EMAIL, ScriptedModel, ScriptedReply, TestApp};

#[sqlx::test]
async fn context_holds_messages_of_the_last_day(db: PgPool) {
    let model = ScriptedModel::quick(|_| Ok(ScriptedReply::text("Yes.")));
    let (app, mut user_client) = scripted(db, &model).await;
    let conversation = ask(&mut user_client, "First views?", &Value::Null).await["conversationId"].clone();
    app.clock.advance(TimeDelta::hours(12));
    ask(&mut user_client, "Second views?", &conversation).await;
    app.clock.advance(TimeDelta::hours(11) + TimeDelta::minutes(59));
    ask(&mut user_client, "Third views?", &conversation).await;
    let told = |prompt: &Prompt| prompt.turns.clone();
    let (user, model_said) = (|text: &str| Turn::User(text.to_owned()), Turn::Model("Yes.".to_owned()));
    let prompts = model.prompts();
    assert_eq!(told(&prompts[1]), [user("First views?"), model_said.clone(), user("Second views?")]);
    assert_eq!(told(&prompts[2]).len(), 5, "the first question is less than a day old");
    app.clock.advance(TimeDelta::hours(1));
    user_client.get("/api/csrf/token").await;
    user_client.post("/api/auth/login", json!({ "email": EMAIL, "password": crate::support::PASSWORD })).await.expect_status(200);
    ask(&mut user_client, "Fourth views?", &conversation).await;
    assert_eq!(told(&model.prompts()[3])[0], user("Second views?"), "the first question is outside the context window");

    // Replacing the third question deletes the messages after it.
    let third = messages(&mut user_client, &conversation).await[4]["id"].clone();
    let input = json!({ "message": "Other views?", "conversationId": conversation, "replacesMessageId": third });
    user_client.post("/api/ai/chat", input).await.expect_status(200);
    let said: Vec<_> = messages(&mut user_client, &conversation).await.iter().map(|message| message["text"].clone()).collect();
    assert_eq!(said, ["First views?", "Yes.", "Second views?", "Yes.", "Other views?", "Yes."]);
    let answer = messages(&mut user_client, &conversation).await[5]["id"].clone();
    let of_answer = json!({ "message": "Views?", "conversationId": conversation, "replacesMessageId": answer });
    user_client.post("/api/ai/chat", of_answer).await.expect_status(404);
}

#[sqlx::test]
async fn concurrent_questions_in_one_conversation_answer_one(db: PgPool) {
    let model = ScriptedModel::quick(|_| Ok(ScriptedReply::text("Yes.")));
    let (app, mut user_client) = scripted(db.clone(), &model).await;
    let conversation = ask(&mut user_client, "First views?", &Value::Null).await["conversationId"].clone();
    let endless = ScriptedModel::quick(|_| Ok(ScriptedReply::Endless("So".to_owned())));
    let app = app.with_model(endless);
    let asks = (0..20).map(|number| {
        let (mut tab, conversation) = (app.client(), conversation.clone());
        tab.cookies.clone_from(&user_client.cookies);
        async move {
            let input = json!({ "message": format!("views {number}?"), "conversationId": conversation });
            tab.post("/api/ai/chat/start", input).await
        }
    });
    let answers = futures::future::join_all(asks).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!((count(200), count(409)), (1, 19));
    assert_eq!(user_client.used_requests().await, 2, "rejected requests do not count");
    assert_eq!(messages(&mut user_client, &conversation).await.len(), 4);
}

/// Messages from another tab that the client has not seen are not deleted by a replacement.
#[sqlx::test]
async fn replacement_with_unseen_messages_returns_conflict(db: PgPool) {
    let model = ScriptedModel::quick(|_| Ok(ScriptedReply::text("Yes.")));
    let (_app, mut user_client) = scripted(db.clone(), &model).await;
    let conversation = ask(&mut user_client, "First views?", &Value::Null).await["conversationId"].clone();
    let seen = messages(&mut user_client, &conversation).await;
    ask(&mut user_client, "Second views?", &conversation).await;
    let again = |newest: &Value| json!({ "message": "Views?", "conversationId": conversation, "replacesMessageId": seen[0]["id"], "lastSeenMessageId": newest["id"] });
    let refused = user_client.post("/api/ai/chat/start", again(&seen[1])).await.expect_status(409);
    assert_eq!(refused.code(), "conflict");
    let all = messages(&mut user_client, &conversation).await;
    assert_eq!((all.len(), user_client.used_requests().await), (4, 2), "no message is deleted, and the rejected request does not count");
    user_client.post("/api/ai/chat", again(&all[3])).await.expect_status(200);
    assert_eq!(messages(&mut user_client, &conversation).await.len(), 2);
}

#[sqlx::test]
async fn conversations_can_be_searched_renamed_and_deleted(db: PgPool) {
    let model = ScriptedModel::quick(|_| Ok(ScriptedReply::text("The sea is wide.")));
    let (app, mut user_client) = scripted(db, &model).await;
    let first = ask(&mut user_client, "My  views\nin June?", &Value::Null).await["conversationId"].clone();
    app.clock.advance(TimeDelta::minutes(1));
    ask(&mut user_client, "Which price?", &Value::Null).await;
    let titles = async |user_client: &mut Client, query: &str| -> Vec<Value> {
        let page = user_client.get(&format!("/api/ai/conversations{query}")).await.expect_status(200).json();
        page["conversations"].as_array().expect("a list").iter().map(|item| item["title"].clone()).collect()
    };
    assert_eq!(titles(&mut user_client, "").await, ["Which price?", "My views in June?"]);
    assert_eq!(titles(&mut user_client, "?search=JUNE").await, ["My views in June?"]);
    assert_eq!(titles(&mut user_client, "?search=wide").await.len(), 2, "the search includes message texts");
    assert_eq!(titles(&mut user_client, "?search=%25").await.len(), 0, "`%` is not a wildcard");
    assert_eq!(titles(&mut user_client, "?page=7").await.len(), 2, "a page beyond the last returns the last");
    user_client.post("/api/ai/conversations/rename", json!({ "id": first, "title": "  Summer " })).await.expect_status(200);
    assert_eq!(titles(&mut user_client, "?search=summer").await, ["Summer"]);
    let refused = user_client.post("/api/ai/conversations/rename", json!({ "id": first, "title": " " })).await.expect_status(400).json();
    assert_eq!(refused["fields"]["title"], "Give it a name.");
    user_client.post("/api/ai/conversations/delete", json!({ "id": first })).await.expect_status(200);
    user_client.post("/api/ai/conversations/delete", json!({ "id": first })).await.expect_status(404);
    assert_eq!(titles(&mut user_client, "").await, ["Which price?"]);
    assert_eq!(user_client.used_requests().await, 2, "deleted conversations still count");
}

#[sqlx::test]
async fn chat_form_redirects_to_conversation_url(db: PgPool) {
    let (_app, _sandbox, mut user_client, _) = TestApp::with_account(db).await;
    let answer = user_client
        .submit("/assistant", "/api/ai/chat", &[("message", "How are my views?"), ("conversationId", "")])
        .await
        .expect_status(303);
    let back = answer.location().to_owned();
    assert!(back.starts_with("/assistant?conversation="), "{back}");
    assert!(user_client.page(&back).await.body.contains("This is an answer of the sandbox"));
    let id = back.trim_start_matches("/assistant?conversation=").to_owned();
    let back = user_client.submit(&back, "/api/ai/chat", &[("message", " "), ("conversationId", &id)]).await.location().to_owned();
    let page = user_client.page(&back).await.body;
    assert!(page.contains("Ask something."), "{page}");
    // A message that is too long is rejected with a hint how to get the text back.
    let long =
        user_client.submit(&back, "/api/ai/chat", &[("message", &"a".repeat(4001)), ("conversationId", &id)]).await.location().to_owned();
    let page = user_client.page(&long).await.body;
    assert!(page.contains("At most 4,000 characters.") && page.contains("your browser") && page.contains("way back has it"), "{page}");
    let gone = user_client.submit(&back, "/api/ai/conversations/delete", &[("id", &id)]).await.location().to_owned();
    assert_eq!(gone, "/assistant");
}
