//! Earnings: `/api/earnings*`. Files are uploaded to `http::routes::earnings`.

use huntaze_domain::earnings::{AnswerInput, DailyTotalInput, EarningsOverview, PartnerInput, StatementView, statement::MappingInput};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::ApiError;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;
#[cfg(feature = "ssr")]
use huntaze_domain::page::Page;

/// `GET /api/earnings`: returns statements and daily totals.
#[server(prefix = "/api", endpoint = "earnings", input = GetUrl)]
pub async fn get_earnings() -> Result<EarningsOverview, ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let (core, user) = context::member()?;
    Ok(earnings::overview(&core, user.id).await?)
}

/// `GET /api/earnings/statement?id=`: returns a statement with the summary of its rows.
#[server(prefix = "/api", endpoint = "earnings/statement", input = GetUrl)]
pub async fn get_statement(#[server(default)] id: String) -> Result<StatementView, ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let (core, user) = context::member()?;
    Ok(earnings::find_statement(&core, user.id, &id).await?)
}

/// `POST /api/earnings/statements/mapping`: sets the column mapping of a statement.
#[server(prefix = "/api", endpoint = "earnings/statements/mapping")]
#[middleware(AcceptJson)]
pub async fn set_statement_mapping(#[server(flatten)] input: MappingInput) -> Result<StatementView, ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let (core, user) = context::member()?;
    earnings::set_mapping(&core, user.id, &input).await?;
    Ok(earnings::find_statement(&core, user.id, &input.id).await?)
}

/// `POST /api/earnings/statements/forget-mapping`: forgets the columns that were remembered for files like this one, and reads it again.
#[server(prefix = "/api", endpoint = "earnings/statements/forget-mapping")]
#[middleware(AcceptJson)]
pub async fn forget_statement_mapping(#[server(default)] id: String) -> Result<StatementView, ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let (core, user) = context::member()?;
    earnings::forget_mapping(&core, user.id, &id).await?;
    Ok(earnings::find_statement(&core, user.id, &id).await?)
}

/// `POST /api/earnings/statements/answer`: decides how the rows with an unclear word are read.
#[server(prefix = "/api", endpoint = "earnings/statements/answer")]
#[middleware(AcceptJson)]
pub async fn answer_statement_question(#[server(flatten)] input: AnswerInput) -> Result<StatementView, ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let (core, user) = context::member()?;
    earnings::answer_question(&core, user.id, &input).await?;
    Ok(earnings::find_statement(&core, user.id, &input.id).await?)
}

/// `POST /api/earnings/statements/table`: reads another table of the file, whose header stands below `record` records.
#[server(prefix = "/api", endpoint = "earnings/statements/table")]
#[middleware(AcceptJson)]
pub async fn choose_statement_table(#[server(default)] id: String, #[server(default)] record: String) -> Result<StatementView, ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let (core, user) = context::member()?;
    earnings::choose_table(&core, user.id, &id, &record).await?;
    Ok(earnings::find_statement(&core, user.id, &id).await?)
}

/// `POST /api/earnings/statements/import`: queues the import of a statement's rows.
#[server(prefix = "/api", endpoint = "earnings/statements/import")]
#[middleware(AcceptJson)]
pub async fn import_statement(#[server(default)] id: String) -> Result<StatementView, ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let (core, user) = context::member()?;
    earnings::queue_import(&core, user.id, &id).await?;
    Ok(earnings::find_statement(&core, user.id, &id).await?)
}

/// `POST /api/earnings/statements/delete`: deletes a statement and the entries that no other statement contains.
#[server(prefix = "/api", endpoint = "earnings/statements/delete")]
#[middleware(AcceptJson)]
pub async fn delete_statement(#[server(default)] id: String) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let (core, user) = context::member()?;
    earnings::delete_statement(&core, user.id, &id).await?;
    context::redirect(Page::Earnings.path());
    Ok(())
}

/// `POST /api/earnings/partner/connect`: connects the partner, whose earnings are synced from then on.
#[server(prefix = "/api", endpoint = "earnings/partner/connect")]
#[middleware(AcceptJson)]
pub async fn connect_partner(#[server(flatten)] input: PartnerInput) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let (core, user) = context::member()?;
    Ok(earnings::connect_partner(&core, user.id, &input).await?)
}

/// `POST /api/earnings/partner/disconnect`: disconnects the partner and deletes its API key and the synced earnings.
#[server(prefix = "/api", endpoint = "earnings/partner/disconnect")]
#[middleware(AcceptJson)]
pub async fn disconnect_partner() -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let (core, user) = context::member()?;
    Ok(earnings::disconnect_partner(&core, user.id).await?)
}

/// `POST /api/earnings/daily-totals`: inserts or replaces the manually entered total of a day.
#[server(prefix = "/api", endpoint = "earnings/daily-totals")]
#[middleware(AcceptJson)]
pub async fn save_daily_total(#[server(flatten)] input: DailyTotalInput) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let (core, user) = context::member()?;
    Ok(earnings::save_daily_total(&core, user.id, &input).await?)
}

/// `POST /api/earnings/daily-totals/delete`: deletes the manually entered total of a day.
#[server(prefix = "/api", endpoint = "earnings/daily-totals/delete")]
#[middleware(AcceptJson)]
pub async fn delete_daily_total(#[server(default)] day: String, #[server(default)] currency: String) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let (core, user) = context::member()?;
    Ok(earnings::delete_daily_total(&core, user.id, &day, &currency).await?)
}
