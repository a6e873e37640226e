//! Token endpoints: an authorization code is exchanged for a one-hour token, that for a 60-day token, which can be extended.

use axum::{
    Form, Json,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::{LONG_LIFETIME, PLATFORM, REFRESH_AGE, graph};
use crate::{
    grants::{Token, TokenKind},
    state::SandboxState,
};

#[derive(Debug, Deserialize)]
pub struct ExchangeCode {
    client_id: String,
    client_secret: String,
    grant_type: String,
    redirect_uri: String,
    code: String,
}

/// `POST /oauth/access_token`: exchanges an authorization code for a short-lived token. A code can be used once.
pub async fn exchange_code(State(state): State<SandboxState>, Form(asked): Form<ExchangeCode>) -> Response {
    let code = asked.code.trim_end_matches("#_");
    PLATFORM
        .answer(&state, ("token", code), || {
            let now = state.now();
            let is_client = asked.client_id == PLATFORM.client_id() && asked.client_secret == PLATFORM.client_secret();
            if !is_client || asked.grant_type != "authorization_code" {
                return refused("Invalid platform app");
            }
            state.grants(|grants| {
                let Some(code) = grants.take_code((PLATFORM.name, &asked.redirect_uri), code, now) else {
                    return refused("Invalid authorization code");
                };
                let (user_id, permissions) = (graph::id(&code.account), code.scopes.join(","));
                let token = Token {
                    kind: TokenKind::Short,
                    account: code.account,
                    scopes: code.scopes,
                    issued_at: now,
                    lifetime: PLATFORM.access_lifetime,
                };
                let token = grants.issue(PLATFORM.name, &token);
                Json(json!({ "data": [{ "access_token": token, "user_id": user_id, "permissions": permissions }] })).into_response()
            })
        })
        .await
}

fn refused(message: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error_type": "OAuthException", "code": 400, "error_message": message }))).into_response()
}

#[derive(Debug, Deserialize)]
pub struct TokenQuery {
    grant_type: String,
    #[serde(default)]
    client_secret: String,
    access_token: String,
}

/// `GET /access_token?grant_type=ig_exchange_token`: exchanges a short-lived token for a 60-day token.
pub async fn exchange_token(State(state): State<SandboxState>, Query(asked): Query<TokenQuery>) -> Response {
    PLATFORM
        .answer(&state, ("exchange", &asked.access_token), || {
            if asked.grant_type != "ig_exchange_token" || asked.client_secret != PLATFORM.client_secret() {
                return graph::error(StatusCode::BAD_REQUEST, 101, "Error validating client secret.");
            }
            long_lived(&state, TokenKind::Short, &asked.access_token, |_| true)
        })
        .await
}

/// `GET /refresh_access_token?grant_type=ig_refresh_token`: exchanges an unexpired long-lived token of at least 24 h for a new
/// 60-day token.
pub async fn refresh_token(State(state): State<SandboxState>, Query(asked): Query<TokenQuery>) -> Response {
    PLATFORM
        .answer(&state, ("refresh", &asked.access_token), || {
            if asked.grant_type != "ig_refresh_token" {
                return graph::error(StatusCode::BAD_REQUEST, 100, "Invalid grant type.");
            }
            let now = state.now();
            long_lived(&state, TokenKind::Access, &asked.access_token, |token| now - token.issued_at >= REFRESH_AGE)
        })
        .await
}

fn long_lived(state: &SandboxState, kind: TokenKind, text: &str, is_fit: impl Fn(&Token) -> bool) -> Response {
    let now = state.now();
    state.grants(|grants| {
        let Some(token) = grants.open((PLATFORM.name, kind), text, now).filter(is_fit) else { return graph::token_error() };
        let fresh = Token { kind: TokenKind::Access, issued_at: now, lifetime: LONG_LIFETIME, ..token };
        let fresh = grants.issue(PLATFORM.name, &fresh);
        Json(json!({ "access_token": fresh, "token_type": "bearer", "expires_in": LONG_LIFETIME.num_seconds() })).into_response()
    })
}
