//! Assistant: answers, tool calls, streaming, stopping, and answers whose client is gone.

use huntaze_core::{
    ai::{ModelError, Turn},
    infra::http,
};
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{ask, messages, scripted};
use crate::support::{Client, EMAIL, ScriptedModel, ScriptedReply, TestApp, ai_usage, eventually};

/// Parses a server-sent event stream into event names, IDs (`seq`) and data.
fn events(stream: &str) -> Vec<(String, i64, Value)> {
    let field = |event: &str, name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
    let told = stream.split("\n\n").filter(|event| event.contains("data:"));
    told.map(|event| {
        let place = field(event, "id:").parse().expect("a place");
        (field(event, "event:"), place, serde_json::from_str(&field(event, "data:")).expect("JSON"))
    })
    .collect()
}

fn text_of(events: &[(String, i64, Value)]) -> String {
    events.iter().filter(|(name, ..)| name == "delta").filter_map(|(.., data)| data["text"].as_str()).collect()
}

#[sqlx::test]
async fn answer_cites_tool_results_and_records_cost(db: PgPool) {
    let (app, sandbox, mut user_client, _) = TestApp::with_account(db.clone()).await;
    let answer = ask(&mut user_client, "How are my views?", &Value::Null).await;
    let message = &answer["message"];
    assert_json_snapshot!(message, { ".id" => "[id]", ".createdAt" => "[time]", ".text" => "[text]", ".usage" => "[usage]", ".seq" => "[place]" });
    let views = user_client.get("/api/home/stats?range=7d").await.json()["views"]["value"].as_i64().expect("a number");
    let text = message["text"].as_str().expect("text");
    assert!(text.contains(&huntaze_domain::money::grouped(views)), "the answer contains the user's views: {text}");
    assert_eq!((user_client.used_requests().await, sandbox.calls("stream")), (1, 2), "one request for the tool calls, one for the answer");
    assert_eq!(ai_usage(&db).await, (2, message["usage"]["costMicroUsd"].as_i64().expect("a cost")));

    let page = user_client.page(&format!("/assistant?conversation={}", answer["conversationId"].as_str().expect("an id"))).await.body;
    for part in ["Assistant (Analytics)", "How are my views?", "Based on:", "Sandbox", "gemini-3.8-flash"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let export = user_client.get("/api/account/export").await.expect_status(200).json();
    assert_eq!(export["conversations"][1]["text"], message["text"]);
    app.anon_client().await.post("/api/ai/chat", json!({ "message": "Hello" })).await.expect_status(401);
}

#[sqlx::test]
async fn number_not_in_tool_results_is_marked_unverified(db: PgPool) {
    let (_app, _sandbox, mut user_client, _) = TestApp::with_account(db).await;
    let answer = ask(&mut user_client, "[sandbox:invent] How are my views?", &Value::Null).await;
    assert_eq!(answer["message"]["unverifiedNumbers"], json!(["987,654"]), "{answer}");
    let page = user_client.page(&format!("/assistant?conversation={}", answer["conversationId"].as_str().expect("an id"))).await.body;
    assert!(page.contains("(unverified)") && page.contains("Unverified, as they are not among"), "{page}");
    let markup = ask(&mut user_client, "[sandbox:markup] How are my views?", &Value::Null).await;
    let page = user_client.page(&format!("/assistant?conversation={}", markup["conversationId"].as_str().expect("an id"))).await.body;
    assert!(!page.contains("<img src=x") && page.contains("&lt;img src=x") && !page.contains("href=\"javascript"), "{page}");
}

#[sqlx::test]
async fn stream_is_complete_and_can_be_reopened_by_its_user(db: PgPool) {
    let (app, _sandbox, mut user_client, _) = TestApp::with_account(db).await;
    let whole =
        user_client.post("/api/ai/chat/stream", json!({ "message": "How are my views?", "conversationId": null })).await.expect_status(200);
    assert_eq!(whole.header("content-type"), "text/event-stream");
    let whole = events(&whole.body);
    let names: Vec<_> = whole.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!((names[0], names[names.len() - 1]), ("started", "done"), "{names:?}");
    assert!(names.contains(&"agents") && names.iter().filter(|name| **name == "delta").count() > 2, "{names:?}");
    assert!(whole.is_sorted_by_key(|(_, place, _)| *place), "event IDs increase");
    let done = &whole[whole.len() - 1].2["message"];
    assert_eq!(text_of(&whole), done["text"].as_str().expect("text"), "no text is missing or repeated");

    // A client that subscribes after the end receives the complete message in one event.
    let id = whole[0].2["conversationId"].as_str().expect("an id").to_owned();
    let late = events(&user_client.get(&format!("/api/ai/conversations/{id}/stream?after=0")).await.expect_status(200).body);
    assert_eq!((late.len(), &late[0].2["message"]), (1, done));
    for place in ["999999999999999999", "-5", "x", ""] {
        let odd = events(&user_client.get(&format!("/api/ai/conversations/{id}/stream?after={place}")).await.expect_status(200).body);
        assert_eq!(&odd[odd.len() - 1].2["message"], done, "{place}");
    }
    let mut eve = app.user_client("eve@example.com").await;
    for uri in [format!("/api/ai/conversations/{id}/stream"), format!("/api/ai/conversation?id={id}")] {
        eve.get(&uri).await.expect_status(404);
    }
    eve.post("/api/ai/chat", json!({ "message": "Hello", "conversationId": id })).await.expect_status(404);
    eve.post("/api/ai/chat/stop", json!({ "conversationId": id })).await.expect_status(404);
    eve.post("/api/ai/conversations/rename", json!({ "id": id, "title": "Mine" })).await.expect_status(404);
    eve.post("/api/ai/conversations/delete", json!({ "id": id })).await.expect_status(404);
}

/// A client that reconnects during generation receives the missing text, from the generating process and from another one.
#[sqlx::test]
async fn reconnected_stream_delivers_missing_text(db: PgPool) {
    let (app, _sandbox, mut user_client, _) = TestApp::with_account(db.clone()).await;
    let started =
        user_client.post("/api/ai/chat/start", json!({ "message": "[sandbox:slow] How are my views?" })).await.expect_status(200).json();
    let id = started["conversationId"].as_str().expect("an id");
    let kept = async |db: &PgPool| -> String {
        let text = sqlx::query_scalar("SELECT text FROM ai_messages WHERE state = 'generating'");
        text.fetch_optional(db).await.expect("the database answers").unwrap_or_default()
    };
    eventually("a part of the answer is stored", async || !kept(&db).await.is_empty()).await;
    let seen = kept(&db).await;
    let place = started["answer"]["seq"].as_i64().expect("a place") + i64::try_from(seen.len()).expect("small");
    let uri = format!("/api/ai/conversations/{id}/stream?after={place}");
    let (mut same, mut other) = (user_client.clone(), app.second_instance(http::TIMEOUT).client());
    other.cookies.clone_from(&user_client.cookies);
    let (here, there) = futures::future::join(same.get(&uri), other.get(&uri)).await;
    for stream in [here, there] {
        let told = events(&stream.expect_status(200).body);
        let whole = told[told.len() - 1].2["message"]["text"].as_str().expect("text").to_owned();
        let said = format!("{seen}{}", text_of(&told));
        assert!(whole.starts_with(&said) && said.len() > seen.len(), "{said}\n---\n{whole}");
    }
    assert_eq!(messages(&mut user_client, &json!(id)).await[1]["state"], "complete");
}

#[sqlx::test]
async fn failed_agent_does_not_fail_the_joint_answer(db: PgPool) {
    let model = ScriptedModel::quick(|prompt| match prompt.system_instruction.split(' ').nth(3) {
        Some("Sales") => Err(ModelError::Unavailable("x".to_owned()).into()),
        Some(agent) => Ok(ScriptedReply::text(&format!("{agent} says so."))),
        None => Ok(ScriptedReply::text("?")),
    });
    let (_app, mut user_client) = scripted(db, &model).await;
    let answer = ask(&mut user_client, "Why did my views fall, and which caption and price would help?", &Value::Null).await;
    let message = &answer["message"];
    assert_eq!(message["agents"], json!(["analytics", "content", "sales"]));
    assert_eq!((&message["state"], &message["error"]), (&json!("complete"), &Value::Null));
    insta::assert_snapshot!(message["text"].as_str().expect("text"), @r"
    ### Analytics

    Analytics says so.

    ### Content

    Content says so.

    ### Sales



    *The Sales agent gave no answer here.*
    ");
    assert_eq!(user_client.used_requests().await, 1);
}

#[sqlx::test]
async fn model_selects_agent_if_no_keyword_matches(db: PgPool) {
    let model = ScriptedModel::quick(|prompt| {
        if prompt.schema.is_some() { Ok(ScriptedReply::text(r#"{"agents":["messaging"]}"#)) } else { Ok(ScriptedReply::text("Say hello.")) }
    });
    let (_app, mut user_client) = scripted(db, &model).await;
    let answer = ask(&mut user_client, "What now?", &Value::Null).await;
    assert_eq!(answer["message"]["agents"], json!(["messaging"]));
    assert_eq!(answer["message"]["usage"]["agents"], json!(["coordinator", "messaging"]), "both completions are billed");
}

#[sqlx::test]
async fn stopped_answer_counts_only_after_first_token(db: PgPool) {
    let model = ScriptedModel::new(|prompt| {
        let is_silent = prompt.turns.iter().any(|turn| matches!(turn, Turn::User(text) if text.contains("silent")));
        Box::pin(async move {
            if is_silent {
                std::future::pending::<()>().await;
            }
            Ok(ScriptedReply::Endless("Your views are ".to_owned()))
        })
    });
    let (_app, mut user_client) = scripted(db.clone(), &model).await;
    for (question, text, counts, calls) in [("silent views?", "", 0, 1), ("views?", "Your views are ", 1, 2)] {
        let started = user_client.post("/api/ai/chat/start", json!({ "message": question })).await.expect_status(200).json();
        let conversation = started["conversationId"].clone();
        eventually("the model has received the prompt", async || {
            model.prompts().iter().any(|prompt| prompt.turns.contains(&Turn::User(question.to_owned())))
        })
        .await;
        user_client.post("/api/ai/chat", json!({ "message": "And?", "conversationId": conversation })).await.expect_status(409);
        assert_eq!(user_client.used_requests().await, 1, "a running request counts");
        user_client.post("/api/ai/chat/stop", json!({ "conversationId": conversation })).await.expect_status(200);
        let uri = format!("/api/ai/conversations/{}/stream", conversation.as_str().expect("an id"));
        let told = events(&user_client.get(&uri).await.expect_status(200).body);
        let message = &told[told.len() - 1].2["message"];
        assert_eq!((&message["state"], &message["text"]), (&json!("stopped"), &json!(text)));
        assert_eq!((user_client.used_requests().await, ai_usage(&db).await.0), (counts, calls), "{question}");
    }
    let (_, cost) = ai_usage(&db).await;
    assert!(cost > 5, "the prompt and the partial answer are billed: {cost}");
}

/// In the last round tools are disabled, and the model answers with the data it has.
#[sqlx::test]
async fn last_round_disables_tools_and_answers(db: PgPool) {
    let curious = ScriptedModel::quick(|prompt| {
        if prompt.disable_tools {
            Ok(ScriptedReply::text("That is all I know."))
        } else {
            Ok(ScriptedReply::Calls(vec![("list_accounts".to_owned(), Value::Null)]))
        }
    });
    let (_app, mut user_client) = scripted(db.clone(), &curious).await;
    let answer = ask(&mut user_client, "How are my views?", &Value::Null).await;
    assert_eq!((&answer["message"]["state"], &answer["message"]["text"]), (&json!("complete"), &json!("That is all I know.")));
    assert_eq!(curious.prompts().len(), 5);
}

/// A tool call can be limited to one platform, if the user has an account there.
#[sqlx::test]
async fn tool_call_can_be_limited_to_one_platform(db: PgPool) {
    let model = ScriptedModel::quick(|prompt| {
        if let Some(Turn::ToolResults(results)) = prompt.turns.last() {
            return Ok(ScriptedReply::text(&results.iter().map(|result| result.output.to_string()).collect::<Vec<_>>().join("\n")));
        }
        let call = |platform: &str| ("get_metrics".to_owned(), json!({ "range": "7d", "platform": platform }));
        Ok(ScriptedReply::Calls(vec![call("instagram"), call("tiktok")]))
    });
    let (app, sandbox) = TestApp::with_sandbox(db).await;
    let app = app.with_model(model);
    let mut user_client = app.user_client(EMAIL).await;
    app.connect(&sandbox, &mut user_client, "ada.creates").await;
    app.sync_all_due().await;
    let message = ask(&mut user_client, "How are my views?", &Value::Null).await["message"].clone();
    let text = message["text"].as_str().expect("text");
    assert!(text.contains("@ada.creates") && text.contains("No account of TikTok is connected."), "{text}");
    assert_eq!(message["sources"][0]["title"], "Instagram @ada.creates: Audience, views, engagement and revenue, last 7 days");
    assert_eq!(message["unverifiedNumbers"], json!([]), "{text}");
}

/// Numbers from the user's messages and from earlier tool results are verified, numbers invented by an earlier answer are not.
#[sqlx::test]
async fn number_from_user_is_verified_but_not_invented_one(db: PgPool) {
    let model = ScriptedModel::quick(|prompt| match prompt.turns.as_slice() {
        [Turn::User(_)] => Ok(ScriptedReply::text("You would have 987,654.")),
        _ => Ok(ScriptedReply::text("Of 4,321 and 987,654, the first.")),
    });
    let (_app, mut user_client) = scripted(db, &model).await;
    let first = ask(&mut user_client, "How many views?", &Value::Null).await;
    assert_eq!(first["message"]["unverifiedNumbers"], json!(["987,654"]));
    let second = ask(&mut user_client, "And with 4321 views?", &first["conversationId"]).await;
    assert_eq!(second["message"]["unverifiedNumbers"], json!(["987,654"]), "a repeated invented number stays unverified");
}

#[sqlx::test]
async fn missing_gemini_key_disables_assistant(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client(EMAIL).await;
    assert_eq!(user_client.post("/api/ai/chat", json!({ "message": "Hello" })).await.expect_status(503).code(), "unavailable");
    user_client.post("/api/ai/chat/stream", json!({ "message": "Hello" })).await.expect_status(503);
    for path in ["/assistant", "/settings"] {
        let page = user_client.page(path).await.expect_status(200).body;
        assert!(page.contains("There is no AI here.") && page.contains("AI is not set up") && !page.contains("Your question"), "{page}");
    }
}

/// Stopping an answer ends the request of the real model client; the partial answer is stored and billed.
#[sqlx::test]
async fn stopping_an_answer_ends_the_model_request(db: PgPool) {
    let (_app, sandbox, mut user_client, _) = TestApp::with_account(db).await;
    let started =
        user_client.post("/api/ai/chat/start", json!({ "message": "[sandbox:slow] How are my views?" })).await.expect_status(200).json();
    eventually("the model was called twice", async || sandbox.calls("stream") == 2).await;
    let kept = async |user_client: &mut Client| messages(user_client, &started["conversationId"]).await[1]["text"].clone();
    eventually("a part of the answer is stored", async || kept(&mut user_client).await != "").await;
    user_client.post("/api/ai/chat/stop", json!({ "conversationId": started["conversationId"] })).await.expect_status(200);
    eventually("the answer is stopped", async || messages(&mut user_client, &started["conversationId"]).await[1]["state"] == "stopped")
        .await;
    let answer = messages(&mut user_client, &started["conversationId"]).await[1].clone();
    assert!(
        answer["usage"]["outputTokens"].as_i64().expect("tokens") > 0 && !answer["text"].as_str().expect("text").is_empty(),
        "{answer}"
    );
}
