//! Texts that a creator keeps: `/api/drafts*`.
#![expect(missing_docs, reason = "the fields of the structs that the macro makes are the documented arguments")]

use huntaze_domain::draft::{Draft, KeepInput, SaveInput};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use uuid::Uuid;

use super::ApiClient;
use crate::error::ApiError;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;

/// `GET /api/drafts`: the one that was changed last comes first.
#[server(prefix = "/api", endpoint = "drafts", input = GetUrl)]
pub async fn get_drafts() -> Result<Vec<Draft>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::drafts;
    let user = context::authenticated()?.user;
    Ok(drafts::drafts(&context::core()?, user.id).await?)
}

/// `POST /api/drafts/keep`: keeps a variant of captions, in place of what was kept of it before.
#[server(prefix = "/api", endpoint = "drafts/keep", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn keep_draft(#[server(flatten)] input: KeepInput) -> Result<Draft, ApiError> {
    use crate::http::context;
    use huntaze_core::services::drafts;
    let user = context::authenticated()?.user;
    Ok(drafts::keep(&context::core()?, user.id, &input).await?)
}

/// `POST /api/drafts/save`: a draft says something else from now on.
#[server(prefix = "/api", endpoint = "drafts/save", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn save_draft(#[server(flatten)] input: SaveInput) -> Result<Draft, ApiError> {
    use crate::http::context;
    use huntaze_core::services::drafts;
    let user = context::authenticated()?.user;
    Ok(drafts::save(&context::core()?, user.id, &input).await?)
}

/// `POST /api/drafts/delete`: returns which one is gone.
#[server(prefix = "/api", endpoint = "drafts/delete", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn delete_draft(#[server(default)] id: String) -> Result<Uuid, ApiError> {
    use crate::http::context;
    use huntaze_core::services::drafts;
    let user = context::authenticated()?.user;
    Ok(drafts::delete(&context::core()?, user.id, &id).await?)
}
