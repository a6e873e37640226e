//! AI: `/api/ai/*`.
#![expect(missing_docs, reason = "the fields of the structs that the macro makes are the documented arguments")]

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

use super::ApiClient;
#[cfg(feature = "ssr")]
use crate::server::middleware::accept_json::AcceptJson;
use crate::{
    domain::ai::{
        AiSetup, QuotaView,
        caption::{CaptionInput, Captions},
    },
    error::ApiError,
};

/// `GET /api/ai/setup`: whether AI can be asked here.
#[server(prefix = "/api", endpoint = "ai/setup", input = GetUrl)]
pub async fn get_ai_setup() -> Result<AiSetup, ApiError> {
    use crate::server::{context, services::ai};
    let user = context::authenticated()?.user;
    Ok(ai::setup(&context::state()?, user.role))
}

/// `GET /api/ai/quota`: how much of the month's requests is used.
#[server(prefix = "/api", endpoint = "ai/quota", input = GetUrl)]
pub async fn get_ai_quota() -> Result<QuotaView, ApiError> {
    use crate::server::{context, services::ai};
    let user = context::authenticated()?.user;
    Ok(ai::quota(&context::state()?, &user).await?)
}

/// `POST /api/ai/generate-caption`: has captions written for a post.
#[server(prefix = "/api", endpoint = "ai/generate-caption", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn generate_caption(#[server(flatten)] input: CaptionInput) -> Result<Captions, ApiError> {
    use crate::{
        domain::navigation,
        error::ErrorCode,
        server::{context, services::ai},
    };
    let (state, user) = (context::state()?, context::authenticated()?.user);
    let id = ai::generate_captions(&state, &user, &input).await?.to_string();
    let captions = ai::captions(&state, &user, Some(&id)).await?.ok_or(ErrorCode::NotFound)?;
    context::redirect(&navigation::captions_page(&id));
    Ok(captions)
}

/// `GET /api/ai/captions?id=`: captions that were written; without an id the newest, `null` where there are none.
#[server(prefix = "/api", endpoint = "ai/captions", input = GetUrl)]
pub async fn get_captions(#[server(default)] id: Option<String>) -> Result<Option<Captions>, ApiError> {
    use crate::server::{context, services::ai};
    let user = context::authenticated()?.user;
    Ok(ai::captions(&context::state()?, &user, id.as_deref()).await?)
}
