//! Money that was earned: `/api/earnings*`. Files arrive in `server::routes::earnings`.
#![expect(missing_docs, reason = "the fields of the structs that the macro makes are the documented arguments")]

use huntaze_domain::{
    earnings::{DailyTotalInput, EarningsOverview, PartnerInput, StatementView},
    statement::MappingInput,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::{ApiClient, csrf};
use crate::error::ApiError;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;

/// Where files are posted to, as `multipart/form-data`.
pub const UPLOAD: &str = "/api/earnings/statements";

/// Where a form posts a file to right now: a form with a file carries its token in its address, which is read before the file.
pub fn upload_action() -> String {
    format!("{UPLOAD}?{}={}", csrf::FIELD, csrf::form_token().unwrap_or_default())
}

/// `GET /api/earnings`: statements and daily totals.
#[server(prefix = "/api", endpoint = "earnings", input = GetUrl)]
pub async fn get_earnings() -> Result<EarningsOverview, ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let user = context::authenticated()?.user;
    Ok(earnings::overview(&context::core()?, user.id).await?)
}

/// `GET /api/earnings/statement?id=`: a statement, and what its rows come to.
#[server(prefix = "/api", endpoint = "earnings/statement", input = GetUrl)]
pub async fn get_statement(#[server(default)] id: String) -> Result<StatementView, ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let user = context::authenticated()?.user;
    Ok(earnings::find_statement(&context::core()?, user.id, &id).await?)
}

/// `POST /api/earnings/statements/mapping`: what the columns of a statement say.
#[server(prefix = "/api", endpoint = "earnings/statements/mapping", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn set_statement_mapping(#[server(flatten)] input: MappingInput) -> Result<StatementView, ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let (state, user) = (context::core()?, context::authenticated()?.user);
    earnings::set_mapping(&state, user.id, &input).await?;
    Ok(earnings::find_statement(&state, user.id, &input.id).await?)
}

/// `POST /api/earnings/statements/import`: has the rows of a statement stored, in the background.
#[server(prefix = "/api", endpoint = "earnings/statements/import", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn import_statement(#[server(default)] id: String) -> Result<StatementView, ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let (state, user) = (context::core()?, context::authenticated()?.user);
    earnings::queue_import(&state, user.id, &id).await?;
    Ok(earnings::find_statement(&state, user.id, &id).await?)
}

/// `POST /api/earnings/statements/undo`: removes a statement and what it alone says.
#[server(prefix = "/api", endpoint = "earnings/statements/undo", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn undo_statement(#[server(default)] id: String) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let user = context::authenticated()?.user;
    earnings::undo(&context::core()?, user.id, &id).await?;
    context::redirect(huntaze_domain::navigation::EARNINGS);
    Ok(())
}

/// `POST /api/earnings/partner`: has earnings read by the partner from now on.
#[server(prefix = "/api", endpoint = "earnings/partner", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn connect_partner(#[server(flatten)] input: PartnerInput) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let user = context::authenticated()?.user;
    Ok(earnings::connect_partner(&context::core()?, user.id, &input).await?)
}

/// `POST /api/earnings/partner/delete`: has them read no more, and removes the key and what it brought.
#[server(prefix = "/api", endpoint = "earnings/partner/delete", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn disconnect_partner() -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let user = context::authenticated()?.user;
    Ok(earnings::disconnect_partner(&context::core()?, user.id).await?)
}

/// `POST /api/earnings/days`: what a day came to; what was entered before is replaced.
#[server(prefix = "/api", endpoint = "earnings/days", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn save_daily_total(#[server(flatten)] input: DailyTotalInput) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let user = context::authenticated()?.user;
    Ok(earnings::save_daily_total(&context::core()?, user.id, &input).await?)
}

/// `POST /api/earnings/days/delete`: takes back what a day came to.
#[server(prefix = "/api", endpoint = "earnings/days/delete", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn delete_daily_total(#[server(default)] day: String, #[server(default)] currency: String) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::earnings;
    let user = context::authenticated()?.user;
    Ok(earnings::delete_daily_total(&context::core()?, user.id, &day, &currency).await?)
}
