//! Columns of statements: inferred, corrected, remembered and forgotten.

use serde_json::{Value, json};
use sqlx::PgPool;

use super::{statement, upload};
use crate::support::{Client, TestApp};

#[sqlx::test]
async fn columns_of_a_layout_are_remembered_until_they_are_forgotten(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client("ada@example.com").await;
    // Without names, it is not clear which of two columns has the amount.
    let id = upload(&mut user_client, "02/13/2025,note,1.00,10.00\n02/14/2025,note,2.00,20.00\n").await;
    let seen = statement(&mut user_client, &id).await;
    assert_eq!((&seen["mapping"]["columns"], &seen["mapping"]["isRemembered"]), (&json!({}), &Value::Null), "{seen}");
    let mapping =
        json!({ "id": id, "date": "0", "net": "3", "dateOrder": "monthFirst", "decimalSeparator": "point", "defaultCurrency": "USD" });
    user_client.post("/api/earnings/statements/mapping", mapping).await.expect_status(200);

    // The same layout, written in another way.
    let next = upload(&mut user_client, "13.03.2025;Notiz;1,00;1.030,50\n14.03.2025;Notiz;2,00;20,00\n").await;
    let seen = statement(&mut user_client, &next).await;
    assert_eq!((&seen["parseSummary"]["totals"][0]["minor"], &seen["mapping"]["isRemembered"]), (&json!(105_050), &json!(true)), "{seen}");
    assert!(user_client.page(&format!("/integrations/onlyfans/{next}")).await.body.contains("Forget them"));
    // As many columns, but of other kinds.
    let other = upload(&mut user_client, "2025-02-13,5.00,tip,Ada\n2025-02-14,6.00,tip,Ada\n").await;
    assert_eq!(statement(&mut user_client, &other).await["mapping"]["isRemembered"], Value::Null);

    let again = user_client.post("/api/earnings/statements/forget-mapping", json!({ "id": next })).await.expect_status(200).json();
    assert_eq!((&again["mapping"]["columns"], &again["mapping"]["isRemembered"]), (&json!({}), &Value::Null), "{again}");
    let last = upload(&mut user_client, "02/15/2025,note,3.00,30.00\n02/16/2025,note,4.00,40.00\n").await;
    assert_eq!(statement(&mut user_client, &last).await["mapping"]["isRemembered"], Value::Null, "nothing is remembered");
    let mut eve = app.user_client("eve@example.com").await;
    eve.post("/api/earnings/statements/forget-mapping", json!({ "id": next })).await.expect_status(404);
}

#[sqlx::test]
async fn corrected_column_mapping_is_reused_for_next_upload(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client("ada@example.com").await;
    let file = "Wann;Was;Betrag\n31.12.2025;Trinkgeld;1.234,50\n01.01.2026;Trinkgeld;0,50\n";
    let id = upload(&mut user_client, file).await;
    let seen = statement(&mut user_client, &id).await;
    assert_eq!(
        (&seen["header"], &seen["parseSummary"]["entries"], &seen["parseSummary"]["totalRows"]),
        (&json!(["Wann", "Was", "Betrag"]), &json!(0), &json!(2))
    );
    user_client.post("/api/earnings/statements/import", json!({ "id": id })).await.expect_status(409);
    let mut mapping = json!({ "id": id, "date": "0", "kind": "1", "net": "0", "dateOrder": "dayFirst", "decimalSeparator": "comma", "defaultCurrency": "EUR" });
    let errors = user_client.post("/api/earnings/statements/mapping", mapping.clone()).await.expect_status(400).json();
    assert_eq!(errors["fields"], json!({ "net": "This column is chosen twice." }));
    mapping["net"] = json!("2");
    let read = user_client.post("/api/earnings/statements/mapping", mapping).await.expect_status(200).json();
    assert_eq!(read["parseSummary"]["totals"], json!([{ "minor": 123_500, "currency": "EUR" }]));
    let next = upload(&mut user_client, &format!("{file}02.01.2026;Trinkgeld;1,00\n")).await;
    assert_eq!(statement(&mut user_client, &next).await["parseSummary"]["totals"][0]["minor"], 123_600, "the stored mapping is used");
    assert_eq!(user_client.get("/api/earnings").await.json()["statements"].as_array().map(Vec::len), Some(2));
}

#[sqlx::test]
async fn date_order_currency_and_header_are_inferred_from_file(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client("ada@example.com").await;
    let scan = async |user_client: &mut Client, file: &str| {
        let id = upload(user_client, file).await;
        let seen = statement(user_client, &id).await;
        (seen["parseSummary"].clone(), seen["mapping"].clone(), id)
    };
    // The date order is ambiguous, and the page says so.
    let (seen, _, first) = scan(&mut user_client, "date,net\n05/02/2025,$8.00\n").await;
    assert_eq!(seen["dateOrders"], json!({ "dayFirst": 0, "monthFirst": 0, "ambiguous": 1 }));
    assert!(user_client.page(&format!("/integrations/onlyfans/{first}")).await.body.contains("1 date can be read in two ways"));
    // Only the last row determines the date order; the sixty rows before it are ambiguous.
    let rows = "05/02/2025,8.00\n".repeat(60);
    let (seen, mapping, second) = scan(&mut user_client, &format!("date,net\n{rows}13/02/2025,1.00\n")).await;
    assert_eq!((&mapping["dateOrder"], &seen["firstDay"], &seen["invalidRows"]), (&json!("dayFirst"), &json!("2025-02-05"), &json!(0)));
    let wrong =
        json!({ "id": second, "date": "0", "net": "1", "dateOrder": "monthFirst", "decimalSeparator": "point", "defaultCurrency": "USD" });
    let refused = user_client.post("/api/earnings/statements/mapping", wrong).await.expect_status(400).json();
    assert_eq!(refused["fields"], json!({ "dateOrder": "The dates of this file are in the other order." }));
    // The date order inferred from the file takes precedence over the remembered mapping.
    let remembered =
        json!({ "id": second, "date": "0", "net": "1", "dateOrder": "dayFirst", "decimalSeparator": "point", "defaultCurrency": "USD" });
    user_client.post("/api/earnings/statements/mapping", remembered).await.expect_status(200);
    let (seen, mapping, _) = scan(&mut user_client, "date,net\n02/13/2025,8.00\n").await;
    assert_eq!((&mapping["dateOrder"], &seen["firstDay"]), (&json!("monthFirst"), &json!("2025-02-13")));
    // A header below a title with amounts in another currency, and a file without a header.
    let (seen, mapping, _) = scan(&mut user_client, "Earnings of Ada\n\nDate;Net\n2025-02-13;8,00 €\n2025-02-14;1.000,00 €\n").await;
    assert_eq!((&mapping["currency"], &seen["totals"]), (&json!("EUR"), &json!([{ "minor": 100_800, "currency": "EUR" }])));
    let (seen, mapping, _) = scan(&mut user_client, "2025-02-13,8.00\n2025-02-14,9.00\n").await;
    assert_eq!(
        (&seen["totalRows"], &mapping["columns"]),
        (&json!(2), &json!({})),
        "no row is taken for a header, and the user has to choose the columns"
    );
}
