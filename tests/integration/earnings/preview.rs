//! What the preview of a statement asks and says: unclear words, other tables, rounded amounts, contradictions.

use serde_json::{Value, json};
use sqlx::PgPool;

use super::{BOUNDARY, import, multipart, statement, upload};
use crate::support::{Client, TestApp};

async fn answer(user_client: &mut Client, id: &str, (question, word, reading): (&str, &str, &str)) -> Value {
    let input = json!({ "id": id, "question": question, "word": word, "reading": reading });
    user_client.post("/api/earnings/statements/answer", input).await.expect_status(200).json()["parseSummary"].clone()
}

#[sqlx::test]
async fn unclear_words_are_asked_with_the_total_of_each_reading(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client("ada@example.com").await;
    let file = "date,type,net,status\n2025-02-10,tip,10.00,paid\n2025-02-11,Transfer,3.00,paid\n2025-02-12,Transfer from Bob,4.00,paid\n\
                2025-02-13,tip,1.50,In review\n2025-02-14,tip,20.00,paid\n";
    let id = upload(&mut user_client, file).await;
    let page = format!("/integrations/onlyfans/{id}");
    let preview = statement(&mut user_client, &id).await["parseSummary"].clone();
    assert_eq!(
        preview["questions"],
        json!([
            { "question": "direction", "word": "transfer", "rows": 2, "amounts": [{ "minor": 700, "currency": "USD" }], "reading": null },
            { "question": "status", "word": "in review", "rows": 1, "amounts": [{ "minor": 150, "currency": "USD" }], "reading": null }
        ])
    );
    assert_eq!((preview["totals"][0]["minor"].as_i64(), preview["invalidRows"].as_i64()), (Some(3000), Some(3)));
    let shown = user_client.page(&page).await.expect_status(200).body;
    for text in [
        "could be money in or out: 7.00 USD.",
        "Money in: 37.00 USD in all",
        "Money out: 23.00 USD in all",
        "Count in full: 31.50 USD in all",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }

    let out = answer(&mut user_client, &id, ("direction", "Transfer", "out")).await;
    assert_eq!((out["totals"][0]["minor"].as_i64(), out["invalidRows"].as_i64()), (Some(2300), Some(1)));
    let shown = user_client.page(&page).await.body;
    assert!(shown.contains("You chose money out.") && shown.contains("Money in: 37.00 USD in all"), "{shown}");
    let left = answer(&mut user_client, &id, ("status", "in review", "left_out")).await;
    assert_eq!((left["invalidRows"].as_i64(), left["skippedRows"].as_i64(), left["entries"].as_i64()), (Some(0), Some(1), Some(4)));

    for (question, reading, status) in [("direction", "perhaps", 400), ("amount", "in", 400), ("status", "out", 400)] {
        let input = json!({ "id": id, "question": question, "word": "transfer", "reading": reading });
        user_client.post("/api/earnings/statements/answer", input).await.expect_status(status);
    }
    // Two answers at the same time.
    let (mut first, mut second) = (user_client.clone(), user_client.clone());
    futures::join!(answer(&mut first, &id, ("direction", "transfer", "in")), answer(&mut second, &id, ("status", "in review", "in")));
    let both = statement(&mut user_client, &id).await["parseSummary"].clone();
    assert_eq!(both["totals"][0]["minor"], 3000 + 700 + 150, "{both}");
    answer(&mut user_client, &id, ("direction", "transfer", "out")).await;
    answer(&mut user_client, &id, ("status", "in review", "left_out")).await;
    let other_word = json!({ "id": id, "question": "direction", "word": "gift", "reading": "in" });
    user_client.post("/api/earnings/statements/answer", other_word).await.expect_status(404);
    let mut stranger = app.user_client("bob@example.com").await;
    let input = json!({ "id": id, "question": "direction", "word": "transfer", "reading": "in" });
    stranger.post("/api/earnings/statements/answer", input.clone()).await.expect_status(404);

    let imported = import(&app, &mut user_client, &id).await;
    assert_eq!(imported["parseSummary"]["totals"], json!([{ "minor": 2300, "currency": "USD" }]));
    user_client.post("/api/earnings/statements/answer", input).await.expect_status(409);
    // The answer belongs to the file, not to the layout.
    let next = upload(&mut user_client, &file.replace("2025-02", "2025-03")).await;
    assert_eq!(statement(&mut user_client, &next).await["parseSummary"]["questions"][0]["reading"], Value::Null);
}

#[sqlx::test]
async fn another_table_of_the_file_is_offered_and_can_be_imported_too(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client("ada@example.com").await;
    let file = "Date,Type,Net\n2025-02-10,tip,10.00\n2025-02-11,tip,2.00\n\nReferrals\nDate,Amount,Type,Note\n2025-02-12,5.00,referral,x\n";
    let id = upload(&mut user_client, file).await;
    let first = statement(&mut user_client, &id).await;
    assert_eq!(first["parseSummary"]["otherTables"], json!([{ "line": 6, "record": 4 }]));
    assert_eq!(first["parseSummary"]["totals"], json!([{ "minor": 1200, "currency": "USD" }]));
    assert_eq!(first["parseSummary"]["unreadRows"], 1);
    assert!(user_client.page(&format!("/integrations/onlyfans/{id}")).await.body.contains("Another table starts at line 6."));

    for record in ["0", "4"] {
        let input = json!({ "id": id, "record": record });
        let chosen = user_client.post("/api/earnings/statements/table", input).await.expect_status(200).json();
        let minor = if record == "0" { 1200 } else { 500 };
        assert_eq!(chosen["parseSummary"]["totals"][0]["minor"], minor, "{chosen}");
    }
    for record in ["1", "99", "x", "4294967295"] {
        user_client.post("/api/earnings/statements/table", json!({ "id": id, "record": record })).await.expect_status(404);
    }
    let second = statement(&mut user_client, &id).await;
    assert_eq!(second["header"], json!(["Date", "Amount", "Type", "Note"]));
    assert_eq!(second["parseSummary"]["otherTables"], json!([{ "line": 1, "record": 0 }]));
    assert_eq!(import(&app, &mut user_client, &id).await["entriesAdded"], 1);
    let again = upload(&mut user_client, file).await;
    assert_eq!(import(&app, &mut user_client, &again).await["entriesAdded"], 2, "the first table of the same file");
}

#[sqlx::test]
async fn name_of_a_file_is_the_title_of_its_page(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client("ada@example.com").await;
    let file = multipart("<meta http-equiv=refresh>.csv", b"date,net\n2025-02-10,1.00\n");
    let uploaded = user_client.post_raw("/api/earnings/statements", &format!("multipart/form-data; boundary={BOUNDARY}"), file).await;
    let id = uploaded.expect_status(201).json()["id"].as_str().expect("an id").to_owned();
    let page = user_client.page(&format!("/integrations/onlyfans/{id}")).await.expect_status(200).body;
    assert!(page.contains("<title>&lt;meta http-equiv=refresh&gt;.csv · Huntaze</title>"), "{page}");
}

#[sqlx::test]
async fn rounded_amounts_are_said(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client("ada@example.com").await;
    let id = upload(
        &mut user_client,
        "date,type,net\n2025-02-10,tip,10.50\n2025-02-11,tip,12.345\n2025-02-12,tip,12.355\n2025-02-13,tip,1.200\n",
    )
    .await;
    let preview = statement(&mut user_client, &id).await["parseSummary"].clone();
    assert_eq!((preview["totals"][0]["minor"].as_i64(), preview["roundedEntries"].as_i64()), (Some(1050 + 1234 + 1236 + 120), Some(3)));
    let said = "3 amounts have more decimals than the currency, and we rounded.";
    assert!(user_client.page(&format!("/integrations/onlyfans/{id}")).await.body.contains(said));
    import(&app, &mut user_client, &id).await;
    assert!(user_client.page(&format!("/integrations/onlyfans/{id}")).await.body.contains(said));
}

#[sqlx::test]
async fn transactions_stored_with_another_amount_are_shown(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client("ada@example.com").await;
    let file = "date,type,net,transaction id\n2025-02-10,tip,10.00,tx-1\n2025-02-11,tip,5.00,tx-2\n2025-02-12,tip,6.00,tx-3\n";
    let first = upload(&mut user_client, file).await;
    import(&app, &mut user_client, &first).await;
    let second = upload(&mut user_client, &file.replace("5.00", "4.00").replace("tx-3", "tx-4")).await;
    let preview = statement(&mut user_client, &second).await["parseSummary"].clone();
    let expected = json!([{ "line": 3, "amount": { "minor": 400, "currency": "USD" }, "stored": { "minor": 500, "currency": "USD" } }]);
    assert_eq!(
        (&preview["contradictions"], &preview["contradictingEntries"], &preview["duplicateEntries"]),
        (&expected, &json!(1), &json!(2))
    );
    let said = "1 transaction has another amount in an earlier statement. What is stored counts; to count these instead, undo";
    assert!(user_client.page(&format!("/integrations/onlyfans/{second}")).await.body.contains(said));
    let imported = import(&app, &mut user_client, &second).await;
    assert_eq!((&imported["parseSummary"]["contradictions"], &imported["entriesAdded"]), (&expected, &json!(1)));
    assert!(user_client.page(&format!("/integrations/onlyfans/{second}")).await.body.contains(said));
}
