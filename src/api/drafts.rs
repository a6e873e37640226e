//! Saved drafts: `/api/drafts*`.

use huntaze_domain::draft::{Draft, KeepInput, SaveInput};
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

/// `POST /api/drafts/keep`: saves a caption variant as a draft; replaces the draft that was saved from the same variant.
#[server(prefix = "/api", endpoint = "drafts/keep", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn keep_draft(#[server(flatten)] input: KeepInput) -> Result<Draft, ApiError> {
    use crate::http::context;
    use huntaze_core::services::drafts;
    let (core, user) = context::member()?;
    Ok(drafts::keep(&core, user.id, &input).await?)
}

/// `POST /api/drafts/save`: replaces the text of a draft.
#[server(prefix = "/api", endpoint = "drafts/save", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn save_draft(#[server(flatten)] input: SaveInput) -> Result<Draft, ApiError> {
    use crate::http::context;
    use huntaze_core::services::drafts;
    let (core, user) = context::member()?;
    Ok(drafts::save(&core, user.id, &input).await?)
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
