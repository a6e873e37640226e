//! Consent and tokens.

use axum::{
    Form, Json,
    extract::{Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use html_escape::{encode_double_quoted_attribute, encode_text};
use serde::Deserialize;
use serde_json::json;

use super::{Account, CODE_LIFETIME, Code, Grant, LONG_LIFETIME, OFFERED, REFRESH_AGE, graph};
use crate::{faults, world::World};

/// The client that the sandbox knows.
const CLIENT_ID: &str = "sandbox-instagram";
const CLIENT_SECRET: &str = "sandbox-instagram-secret";

#[derive(Debug, Clone, Deserialize)]
pub struct Authorize {
    client_id: String,
    redirect_uri: String,
    response_type: String,
    scope: String,
    state: String,
}

/// `GET /oauth/authorize`: asks the creator. What the vendor shows as an error page is one here, too.
pub async fn consent_page(State(world): State<World>, Query(asked): Query<Authorize>) -> Response {
    let is_valid = asked.client_id == CLIENT_ID && asked.response_type == "code";
    world.record("instagram", "authorize", "", if is_valid { 200 } else { 400 });
    if !is_valid {
        return (StatusCode::BAD_REQUEST, Html("<h1>Invalid platform app</h1>")).into_response();
    }
    let hidden =
        |name: &str, value: &str| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", encode_double_quoted_attribute(value));
    let accounts = OFFERED
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let checked = if index == 0 { " checked" } else { "" };
            format!("<label><input type=\"radio\" name=\"account\" value=\"{name}\"{checked}> @{}</label>", encode_text(name))
        })
        .collect::<Vec<_>>()
        .concat();
    let scopes = asked
        .scope
        .split([',', ' '])
        .filter(|scope| !scope.is_empty())
        .map(|scope| {
            let scope = encode_double_quoted_attribute(scope);
            format!("<label><input type=\"checkbox\" name=\"scope:{scope}\" checked> {scope}</label>")
        })
        .collect::<Vec<_>>()
        .concat();
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Sandbox Instagram</title><style>body{{max-width:28rem;margin:3rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif}}\
         label{{display:block;padding:.4rem 0}}button{{margin:1rem 1rem 0 0;padding:.7rem 1.4rem;font:inherit}}</style></head>\
         <body><main><h1>Sandbox Instagram</h1><p>Huntaze asks to read this account. Nothing here is real.</p>\
         <form method=\"post\" action=\"/instagram/oauth/decide\">{}{}<fieldset><legend>Account</legend>{accounts}<label>Any other name, in its place <input name=\"other\" pattern=\"[a-z0-9._]{{1,30}}\"></label></fieldset>\
         <fieldset><legend>Permissions</legend>{scopes}</fieldset>\
         <button name=\"decision\" value=\"allow\">Allow</button><button name=\"decision\" value=\"deny\">Deny</button></form></main></body></html>",
        hidden("redirect_uri", &asked.redirect_uri),
        hidden("state", &asked.state),
    ))
    .into_response()
}

/// What the consent page sends: back to the application with a code, or with the refusal. `#_` is appended as the vendor does.
pub async fn decide(State(world): State<World>, Form(fields): Form<Vec<(String, String)>>) -> Response {
    let field = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str()).unwrap_or_default();
    let (redirect_uri, state) = (field("redirect_uri"), encode_query(field("state")));
    if field("decision") != "allow" {
        let refusal = "error=access_denied&error_reason=user_denied&error_description=The+user+denied+your+request";
        return Redirect::to(&format!("{redirect_uri}?{refusal}&state={state}")).into_response();
    }
    let name = Some(field("other")).filter(|name| !name.is_empty()).unwrap_or_else(|| field("account"));
    let Some(account) = Account::named(name) else { return StatusCode::BAD_REQUEST.into_response() };
    let scopes = fields.iter().filter_map(|(name, _)| name.strip_prefix("scope:")).map(ToOwned::to_owned).collect();
    let code = Code { account, scopes, redirect_uri: redirect_uri.to_owned(), expires_at: world.now() + CODE_LIFETIME };
    let code = world.instagram(|instagram| {
        let name = format!("code-{:08x}", instagram.number());
        instagram.codes.insert(name.clone(), code);
        name
    });
    Redirect::to(&format!("{redirect_uri}?code={code}&state={state}#_")).into_response()
}

fn encode_query(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[derive(Debug, Deserialize)]
pub struct ExchangeCode {
    client_id: String,
    client_secret: String,
    grant_type: String,
    redirect_uri: String,
    code: String,
}

/// `POST /oauth/access_token`: a code for a short-lived token. A code works once.
pub async fn exchange_code(State(world): State<World>, Form(asked): Form<ExchangeCode>) -> Response {
    let code = asked.code.trim_end_matches("#_");
    faults::answer(&world, "instagram", "token", code, || {
        let now = world.now();
        let is_client = asked.client_id == CLIENT_ID && asked.client_secret == CLIENT_SECRET && asked.grant_type == "authorization_code";
        if !is_client {
            return refused("Invalid platform app");
        }
        world.instagram(|instagram| {
            let code = instagram.codes.remove(code).filter(|code| code.expires_at > now && code.redirect_uri == asked.redirect_uri);
            let Some(Code { account, scopes, .. }) = code else { return refused("Invalid authorization code") };
            let (user_id, permissions) = (account.id(), scopes.join(","));
            let token = Grant { account, scopes, issued_at: now, is_long_lived: false }.token(instagram.number());
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

/// `GET /access_token?grant_type=ig_exchange_token`: a short-lived token for one of 60 days.
pub async fn exchange_token(State(world): State<World>, Query(asked): Query<TokenQuery>) -> Response {
    faults::answer(&world, "instagram", "exchange", &asked.access_token, || {
        if asked.grant_type != "ig_exchange_token" || asked.client_secret != CLIENT_SECRET {
            return graph::error(StatusCode::BAD_REQUEST, 101, "Error validating client secret.");
        }
        long_lived(&world, &asked.access_token, |grant| !grant.is_long_lived)
    })
    .await
}

/// `GET /refresh_access_token?grant_type=ig_refresh_token`: 60 new days for a long-lived token that is a day old and has not expired.
pub async fn refresh_token(State(world): State<World>, Query(asked): Query<TokenQuery>) -> Response {
    faults::answer(&world, "instagram", "refresh", &asked.access_token, || {
        if asked.grant_type != "ig_refresh_token" {
            return graph::error(StatusCode::BAD_REQUEST, 100, "Invalid grant type.");
        }
        let now = world.now();
        long_lived(&world, &asked.access_token, |grant| grant.is_long_lived && now - grant.issued_at >= REFRESH_AGE)
    })
    .await
}

fn long_lived(world: &World, token: &str, is_fit: impl Fn(&Grant) -> bool) -> Response {
    let now = world.now();
    world.instagram(|instagram| {
        let Some(grant) = instagram.grant(token, now).filter(is_fit) else { return graph::token_error() };
        let fresh = Grant { issued_at: now, is_long_lived: true, ..grant }.token(instagram.number());
        Json(json!({ "access_token": fresh, "token_type": "bearer", "expires_in": LONG_LIFETIME.num_seconds() })).into_response()
    })
}
