//! Saved drafts: `/api/drafts*`.

use huntaze_domain::draft::{CreateDraftInput, Draft, UpdateDraftInput};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use uuid::Uuid;

use super::ApiClient;
use crate::error::ApiError;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;

/// `GET /api/drafts`: lists the user's drafts, most recently changed first.
#[server(prefix = "/api", endpoint = "drafts", input = GetUrl)]
pub async fn get_drafts() -> Result<Vec<Draft>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::drafts;
    let (core, user) = context::member()?;
    Ok(drafts::drafts(&core, user.id).await?)
}

/// `POST /api/drafts/create`: saves a caption variant as a draft; replaces the draft that was saved from the same variant.
#[server(prefix = "/api", endpoint = "drafts/create", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn create_draft(#[server(flatten)] input: CreateDraftInput) -> Result<Draft, ApiError> {
    use crate::http::context;
    use huntaze_core::services::drafts;
    let (core, user) = context::member()?;
    Ok(drafts::create(&core, user.id, &input).await?)
}

/// `POST /api/drafts/update`: replaces the text of a draft.
#[server(prefix = "/api", endpoint = "drafts/update", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn update_draft(#[server(flatten)] input: UpdateDraftInput) -> Result<Draft, ApiError> {
    use crate::http::context;
    use huntaze_core::services::drafts;
    let (core, user) = context::member()?;
    Ok(drafts::update(&core, user.id, &input).await?)
}

/// `POST /api/drafts/delete`: deletes a draft and returns its id.
#[server(prefix = "/api", endpoint = "drafts/delete", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn delete_draft(#[server(default)] id: String) -> Result<Uuid, ApiError> {
    use crate::http::context;
    use huntaze_core::services::drafts;
    let (core, user) = context::member()?;
    Ok(drafts::delete(&core, user.id, &id).await?)
}
