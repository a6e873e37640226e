mod cases;
mod column_mappings;
mod imports;
mod partner;
mod preview;
mod statements;

use serde_json::{Value, json};

use crate::support::{Client, TestApp, TestResponse};

pub const BOUNDARY: &str = "the-boundary";

/// Statement with 5 valid, 2 skipped and 2 invalid rows. The test clock is at 2026-01-15.
pub const STATEMENT: &str = "\
date,type,username,gross_amount,platform_fee,net_amount,currency,message_id,description,status
2026-01-10 08:00:00,subscription,fan1,10.00,2.00,8.00,USD,1,,done
2026-01-10 08:00:00,tip,fan1,5.00,1.00,4.00,USD,,Thanks,done
2026-01-10 08:00:00,tip,fan1,5.00,1.00,4.00,USD,,Thanks,done
2026-01-12 09:30:00,message,fan2,20.00,4.00,16.00,USD,7,=HYPERLINK(1),done
2026-01-13 10:00:00,refund,fan2,20.00,4.00,16.00,USD,7,,done
2026-01-13 11:00:00,payout,,500.00,,500.00,USD,,,done
2026-01-13 12:00:00,tip,fan3,9.00,1.80,7.20,USD,,,declined
13.01.2026 at noon,tip,fan3,9.00,1.80,7.20,USD,,,done
2026-01-14 12:00:00,tip,fan3,lots,,many,USD,,,done
";

pub fn multipart(name: &str, file: &[u8]) -> Vec<u8> {
    let head =
        format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/csv\r\n\r\n");
    [head.as_bytes(), file, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

pub async fn post_file(user_client: &mut Client, file: &[u8]) -> TestResponse {
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    user_client.post_raw("/api/earnings/statements", &content_type, multipart("january.csv", file)).await
}

pub async fn upload(user_client: &mut Client, file: &str) -> String {
    post_file(user_client, file.as_bytes()).await.expect_status(201).json()["id"].as_str().expect("an id").to_owned()
}

pub async fn statement(user_client: &mut Client, id: &str) -> Value {
    user_client.get(&format!("/api/earnings/statement?id={id}")).await.expect_status(200).json()
}

pub async fn import(app: &TestApp, user_client: &mut Client, id: &str) -> Value {
    let queued = user_client.post("/api/earnings/statements/import", json!({ "id": id })).await.expect_status(200).json();
    assert_eq!(queued["state"], "queued");
    app.import_due().await;
    statement(user_client, id).await
}

pub async fn revenue(user_client: &mut Client, range: &str) -> Value {
    user_client.get(&format!("/api/home/stats?range={range}")).await.expect_status(200).json()["revenue"].clone()
}
