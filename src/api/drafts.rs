//! Texts that a creator keeps: `/api/drafts*`.
#![expect(missing_docs, reason = "the fields of the structs that the macro makes are the documented arguments")]

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use uuid::Uuid;

use super::ApiClient;
#[cfg(feature = "ssr")]
use crate::server::middleware::accept_json::AcceptJson;
use crate::{
    domain::draft::{Draft, KeepInput, SaveInput},
    error::ApiError,
};

/// `GET /api/drafts`: the one that was changed last comes first.
#[server(prefix = "/api", endpoint = "drafts", input = GetUrl)]
pub async fn get_drafts() -> Result<Vec<Draft>, ApiError> {
    use crate::server::{context, services::drafts};
    let user = context::authenticated()?.user;
    Ok(drafts::drafts(&context::state()?, user.id).await?)
}

/// `POST /api/drafts/keep`: keeps a variant of captions, in place of what was kept of it before.
#[server(prefix = "/api", endpoint = "drafts/keep", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn keep_draft(#[server(flatten)] input: KeepInput) -> Result<Draft, ApiError> {
    use crate::server::{context, services::drafts};
    let user = context::authenticated()?.user;
    Ok(drafts::keep(&context::state()?, user.id, &input).await?)
}

/// `POST /api/drafts/save`: a draft says something else from now on.
#[server(prefix = "/api", endpoint = "drafts/save", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn save_draft(#[server(flatten)] input: SaveInput) -> Result<Draft, ApiError> {
    use crate::server::{context, services::drafts};
    let user = context::authenticated()?.user;
    Ok(drafts::save(&context::state()?, user.id, &input).await?)
}

/// `POST /api/drafts/delete`: returns which one is gone.
#[server(prefix = "/api", endpoint = "drafts/delete", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn delete_draft(#[server(default)] id: String) -> Result<Uuid, ApiError> {
    use crate::server::{context, services::drafts};
    let user = context::authenticated()?.user;
    Ok(drafts::delete(&context::state()?, user.id, &id).await?)
}
