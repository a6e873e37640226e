mod chat;
mod conversations;
mod faults;
mod multi_process;
mod prompt_injection;
mod reports;
mod response_cache;

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Client, EMAIL, ScriptedModel, TestApp};

/// Returns an application with a scripted model, and a signed-in user.
pub async fn scripted(db: PgPool, model: &ScriptedModel) -> (TestApp, Client) {
    let (app, _) = TestApp::with_sandbox(db).await;
    let app = app.with_model(model.clone());
    let user_client = app.user_client(EMAIL).await;
    (app, user_client)
}

pub async fn ask(user_client: &mut Client, message: &str, conversation: &Value) -> Value {
    let input = json!({ "message": message, "conversationId": conversation });
    user_client.post("/api/ai/chat", input).await.expect_status(200).json()
}

pub async fn messages(user_client: &mut Client, conversation: &Value) -> Vec<Value> {
    let uri = format!("/api/ai/conversation?id={}", conversation.as_str().expect("an id"));
    user_client.get(&uri).await.expect_status(200).json()["messages"].as_array().expect("messages").clone()
}
