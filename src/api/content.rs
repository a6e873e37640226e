//! Captions and drafts: `/api/ai/captions`, `/api/ai/generate-caption` and `/api/drafts*`.

use huntaze_domain::{
    content::{
        captions::{CaptionInput, Captions},
        drafts::{CreateDraftInput, Draft, UpdateDraftInput},
    },
    ids::DraftId,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::ApiError;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;

/// `POST /api/ai/generate-caption`: generates captions for a post.
#[server(prefix = "/api", endpoint = "ai/generate-caption")]
#[middleware(AcceptJson)]
pub async fn generate_caption(#[server(flatten)] input: CaptionInput) -> Result<Captions, ApiError> {
    use crate::http::context;
    use huntaze_core::services::content;
    use huntaze_domain::{error::ErrorCode, page};
    let (core, user) = context::member()?;
    let id = content::generate_captions(&core, &user, &input).await?.to_string();
    let captions = content::captions(&core, &user, Some(&id)).await?.ok_or(ErrorCode::NotFound)?;
    context::redirect(&page::captions_page(&id));
    Ok(captions)
}

/// `GET /api/ai/captions?id=`: returns generated captions. Without an id the newest, `null` if there are none.
#[server(prefix = "/api", endpoint = "ai/captions", input = GetUrl)]
pub async fn get_captions(#[server(default)] id: Option<String>) -> Result<Option<Captions>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::content;
    let (core, user) = context::member()?;
    Ok(content::captions(&core, &user, id.as_deref()).await?)
}

/// `GET /api/content/top-level-domains`: the top-level domains that make a word a web address on X, a name in each line.
#[server(prefix = "/api", endpoint = "content/top-level-domains", input = GetUrl)]
pub async fn get_top_level_domains() -> Result<String, ApiError> {
    use crate::http::context;
    use huntaze_domain::content::x_length::TopLevelDomains;
    context::member()?;
    Ok(TopLevelDomains::TEXT.to_owned())
}

/// `GET /api/drafts`: lists the user's drafts, most recently changed first.
#[server(prefix = "/api", endpoint = "drafts", input = GetUrl)]
pub async fn get_drafts() -> Result<Vec<Draft>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::content::drafts;
    let (core, user) = context::member()?;
    Ok(drafts::drafts(&core, user.id).await?)
}

/// `POST /api/drafts/create`: saves a caption variant as a draft; replaces the draft that was saved from the same variant.
#[server(prefix = "/api", endpoint = "drafts/create")]
#[middleware(AcceptJson)]
pub async fn create_draft(#[server(flatten)] input: CreateDraftInput) -> Result<Draft, ApiError> {
    use crate::http::context;
    use huntaze_core::services::content::drafts;
    let (core, user) = context::member()?;
    Ok(drafts::create(&core, user.id, &input).await?)
}

/// `POST /api/drafts/update`: replaces the text of a draft.
#[server(prefix = "/api", endpoint = "drafts/update")]
#[middleware(AcceptJson)]
pub async fn update_draft(#[server(flatten)] input: UpdateDraftInput) -> Result<Draft, ApiError> {
    use crate::http::context;
    use huntaze_core::services::content::drafts;
    let (core, user) = context::member()?;
    Ok(drafts::update(&core, user.id, &input).await?)
}

/// `POST /api/drafts/delete`: deletes a draft and returns its id.
#[server(prefix = "/api", endpoint = "drafts/delete")]
#[middleware(AcceptJson)]
pub async fn delete_draft(#[server(default)] id: String) -> Result<DraftId, ApiError> {
    use crate::http::context;
    use huntaze_core::services::content::drafts;
    let (core, user) = context::member()?;
    Ok(drafts::delete(&core, user.id, &id).await?)
}
