//! Behaviour shared by the fake platforms: the consent page, injected faults, and the token and revocation endpoints.

use std::time::Duration;

use axum::{
    Form, Json, Router,
    body::{Body, Bytes},
    extract::Query,
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, stream};
use html_escape::{encode_double_quoted_attribute, encode_text};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    accounts::{Account, DEFAULT_ACCOUNTS},
    grants::{Code, Token, TokenKind},
    state::{FaultKind, SandboxState},
};

/// Delay of an injected timeout; longer than the 10 s timeout of Huntaze's platform client.
const TIME_OUT: Duration = Duration::from_secs(30);
/// Interval between the bytes of a slow response.
const DRIP: Duration = Duration::from_millis(500);

/// A fake platform: its OAuth client, lifetimes and error formats.
pub struct FakePlatform {
    /// First path segment of its URLs, and its name in the request log.
    pub name: &'static str,
    /// Name shown on the consent page.
    pub title: &'static str,
    /// Lifetime of an authorization code.
    pub code_lifetime: TimeDelta,
    /// Lifetime of an access token; for Instagram, of a short-lived one.
    pub access_lifetime: TimeDelta,
    /// Lifetime of a refresh token; zero means that it never expires and that token responses omit `refresh_expires_in`.
    pub refresh_lifetime: TimeDelta,
    /// Whether every refresh issues a new refresh token and invalidates the old one.
    pub rotates_refresh_tokens: bool,
    /// Whether an authorization request must use PKCE with `S256`.
    pub wants_pkce: bool,
    /// Text appended to the redirect URL.
    pub redirect_suffix: &'static str,
    /// Name of the client id parameter.
    pub client_field: &'static str,
    /// Whether the client authenticates with HTTP Basic; otherwise with form fields.
    pub uses_basic: bool,
    /// Whether an authorization request with this query also yields a refresh token.
    pub wants_refresh_token: fn(&[(String, String)]) -> bool,
    /// Builds an error response of the token endpoint in the platform's format; most platforms use the OAuth format.
    pub token_error: fn(StatusCode, &str) -> Response,
    /// Builds the response to an injected fault in the platform's format.
    pub fault: Refusal,
}

/// What a client proves when it exchanges a code.
struct Proof<'a> {
    redirect_uri: &'a str,
    verifier: &'a str,
}

impl FakePlatform {
    /// Returns the id of the registered OAuth client.
    pub fn client_id(&self) -> String {
        format!("sandbox-{}", self.name)
    }

    /// Returns the secret of the registered OAuth client.
    pub fn client_secret(&self) -> String {
        format!("sandbox-{}-secret", self.name)
    }

    /// Returns the routes of the consent page, to be nested under `/{name}`.
    pub fn consent(&'static self) -> Router<SandboxState> {
        let page =
            move |state: axum::extract::State<SandboxState>, query: Query<Vec<(String, String)>>| self.consent_page(state.0, query.0);
        let submit_consent =
            move |state: axum::extract::State<SandboxState>, form: Form<Vec<(String, String)>>| self.submit_consent(state.0, form.0);
        Router::new().route("/authorize", get(page)).route("/decide", post(submit_consent))
    }

    /// Renders the consent page. An invalid authorization request gets an error page with status 400, as on the real platform.
    async fn consent_page(&self, state: SandboxState, query: Vec<(String, String)>) -> Response {
        let field = |name: &str| field(&query, name);
        let has_pkce = !self.wants_pkce || (field("code_challenge_method") == "S256" && field("code_challenge").len() == 43);
        let is_valid =
            field(self.client_field) == self.client_id() && field("response_type") == "code" && !field("state").is_empty() && has_pkce;
        state.record((self.name, "authorize"), "", if is_valid { 200 } else { 400 });
        if !is_valid {
            return (StatusCode::BAD_REQUEST, Html("<h1>Invalid platform app</h1>")).into_response();
        }
        let hidden = |name: &str, value: &str| {
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", encode_double_quoted_attribute(value))
        };
        let account = |(index, name): (usize, &&str)| {
            let checked = if index == 0 { " checked" } else { "" };
            format!("<label><input type=\"radio\" name=\"account\" value=\"{name}\"{checked}> @{}</label>", encode_text(name))
        };
        let accounts: String = DEFAULT_ACCOUNTS.iter().enumerate().map(account).collect();
        let scope = |scope: &str| {
            let scope = encode_double_quoted_attribute(scope);
            format!("<label><input type=\"checkbox\" name=\"scope:{scope}\" checked> {scope}</label>")
        };
        let scopes: String = field("scope").split([',', ' ']).filter(|scope| !scope.is_empty()).map(scope).collect();
        let lasting = if (self.wants_refresh_token)(&query) { "yes" } else { "" };
        Html(format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>Sandbox {title}</title><style>body{{max-width:28rem;margin:3rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif}}\
             label{{display:block;padding:.4rem 0;overflow-wrap:anywhere}}button{{margin:1rem 1rem 0 0;padding:.7rem 1.4rem;font:inherit}}</style></head>\
             <body><main><h1>Sandbox {title}</h1><p>Huntaze asks to read this account. Nothing here is real.</p>\
             <form method=\"post\" action=\"/{name}/decide\">{}{}{}{}<fieldset><legend>Account</legend>{accounts}<label>Any other name, in its place \
             <input name=\"other\" pattern=\"[a-z0-9._]{{1,30}}\"></label></fieldset><fieldset><legend>Permissions</legend>{scopes}</fieldset>\
             <button name=\"decision\" value=\"allow\">Allow</button><button name=\"decision\" value=\"deny\">Deny</button></form></main></body></html>",
            hidden("redirect_uri", field("redirect_uri")),
            hidden("state", field("state")),
            hidden("challenge", field("code_challenge")),
            hidden("lasting", lasting),
            title = self.title,
            name = self.name,
        ))
        .into_response()
    }

    /// Handles the consent form: redirects to the application with an authorization code, or with `access_denied`.
    async fn submit_consent(&self, state: SandboxState, form: Vec<(String, String)>) -> Response {
        let field = |name: &str| field(&form, name);
        let (redirect_uri, oauth_state) = (field("redirect_uri"), encode_query(field("state")));
        if field("decision") != "allow" {
            let refusal = "error=access_denied&error_description=The+user+denied+your+request";
            return Redirect::to(&format!("{redirect_uri}?{refusal}&state={oauth_state}")).into_response();
        }
        let name = Some(field("other")).filter(|name| !name.is_empty()).unwrap_or_else(|| field("account"));
        let Some(account) = Account::named(name) else { return StatusCode::BAD_REQUEST.into_response() };
        let code = Code {
            platform: self.name,
            account,
            scopes: form.iter().filter_map(|(name, _)| name.strip_prefix("scope:")).map(ToOwned::to_owned).collect(),
            redirect_uri: redirect_uri.to_owned(),
            challenge: Some(field("challenge")).filter(|challenge| !challenge.is_empty()).map(ToOwned::to_owned),
            wants_refresh_token: field("lasting") == "yes",
            expires_at: state.now() + self.code_lifetime,
        };
        let code = state.grants(|grants| grants.add_code(code));
        Redirect::to(&format!("{redirect_uri}?code={code}&state={oauth_state}{}", self.redirect_suffix)).into_response()
    }

    /// Returns the response of `work` or of an injected fault, and records the request for the account of the code or token.
    pub async fn answer(
        &self,
        state: &SandboxState,
        (endpoint, code_or_token): (&'static str, &str),
        work: impl FnOnce() -> Response,
    ) -> Response {
        let account = state.grants(|grants| grants.owner(self.name, code_or_token)).map(|account| account.name).unwrap_or_default();
        answer(state, (self.name, self.fault), (endpoint, &account), work).await
    }

    /// Token endpoint (RFC 6749): exchanges an authorization code, or refreshes an access token.
    pub async fn token(&self, state: SandboxState, headers: HeaderMap, form: Vec<(String, String)>) -> Response {
        let field = |name: &str| field(&form, name);
        let (endpoint, proof) = match field("grant_type") {
            "refresh_token" => ("refresh", field("refresh_token")),
            _ => ("token", field("code")),
        };
        self.answer(&state, (endpoint, proof), || {
            if !self.is_client(&headers, &form) {
                return (self.token_error)(StatusCode::UNAUTHORIZED, "invalid_client");
            }
            match endpoint {
                "refresh" => self.refresh(&state, proof),
                _ => self.exchange(&state, proof, &Proof { redirect_uri: field("redirect_uri"), verifier: field("code_verifier") }),
            }
        })
        .await
    }

    /// Revocation endpoint (RFC 7009): takes an access or refresh token and revokes all tokens of its account.
    pub async fn revoke(&self, state: SandboxState, headers: HeaderMap, form: Vec<(String, String)>) -> Response {
        let token = field(&form, "token");
        self.answer(&state, ("revoke", token), || {
            // Google's revocation endpoint requires no client authentication.
            if self.name != "youtube" && !self.is_client(&headers, &form) {
                return (self.token_error)(StatusCode::UNAUTHORIZED, "invalid_client");
            }
            let now = state.now();
            state.grants(|grants| {
                let open = |kind| grants.open((self.name, kind), token, now);
                let Some(found) = open(TokenKind::Refresh).or_else(|| open(TokenKind::Access)) else {
                    return (self.token_error)(StatusCode::BAD_REQUEST, "invalid_grant");
                };
                grants.revoke(self.name, found.account, now);
                Json(json!({})).into_response()
            })
        })
        .await
    }

    /// Returns the access token of the `Authorization` header, or `None` if it is missing or invalid.
    pub fn authenticate(&self, state: &SandboxState, headers: &HeaderMap) -> Option<Token> {
        let now = state.now();
        state.grants(|grants| grants.open((self.name, TokenKind::Access), &bearer(headers), now))
    }

    fn is_client(&self, headers: &HeaderMap, form: &[(String, String)]) -> bool {
        if self.uses_basic {
            let expected = format!("Basic {}", STANDARD.encode(format!("{}:{}", self.client_id(), self.client_secret())));
            return headers.get(header::AUTHORIZATION).is_some_and(|value| value.as_bytes() == expected.as_bytes());
        }
        field(form, self.client_field) == self.client_id() && field(form, "client_secret") == self.client_secret()
    }

    fn exchange(&self, state: &SandboxState, code: &str, proof: &Proof<'_>) -> Response {
        let now = state.now();
        state.grants(|grants| {
            let code = grants.take_code((self.name, proof.redirect_uri), code, now);
            let is_proved = |code: &Code| code.challenge.as_ref().is_none_or(|challenge| *challenge == s256(proof.verifier));
            let Some(code) = code.filter(is_proved) else { return (self.token_error)(StatusCode::BAD_REQUEST, "invalid_grant") };
            let access = self.new_token(TokenKind::Access, (&code.account, &code.scopes), now);
            let mut answer = self.token_answer(grants.issue(self.name, &access), &access);
            if code.wants_refresh_token {
                self.add_refresh(
                    &mut answer,
                    grants.issue(self.name, &Token { kind: TokenKind::Refresh, lifetime: self.refresh_lifetime, ..access }),
                );
            }
            Json(answer).into_response()
        })
    }

    fn refresh(&self, state: &SandboxState, refresh: &str) -> Response {
        let now = state.now();
        state.grants(|grants| {
            let Some(old) = grants.open((self.name, TokenKind::Refresh), refresh, now) else {
                return (self.token_error)(StatusCode::BAD_REQUEST, "invalid_grant");
            };
            let access = self.new_token(TokenKind::Access, (&old.account, &old.scopes), now);
            let mut answer = self.token_answer(grants.issue(self.name, &access), &access);
            if self.rotates_refresh_tokens {
                grants.use_up(refresh);
                self.add_refresh(&mut answer, grants.issue(self.name, &Token { issued_at: now, ..old }));
            }
            Json(answer).into_response()
        })
    }

    fn new_token(&self, kind: TokenKind, (account, scopes): (&Account, &[String]), issued_at: DateTime<Utc>) -> Token {
        Token { kind, account: account.clone(), scopes: scopes.to_vec(), issued_at, lifetime: self.access_lifetime }
    }

    fn token_answer(&self, text: String, token: &Token) -> Value {
        json!({
            "token_type": "bearer",
            "access_token": text,
            "expires_in": self.access_lifetime.num_seconds(),
            "scope": token.scopes.join(if self.name == "tiktok" { "," } else { " " }),
            "open_id": format!("open-{:012}", token.account.number()),
        })
    }

    fn add_refresh(&self, answer: &mut Value, text: String) {
        answer["refresh_token"] = Value::from(text);
        if !self.refresh_lifetime.is_zero() {
            answer["refresh_expires_in"] = Value::from(self.refresh_lifetime.num_seconds());
        }
    }
}

/// Builds an error response of a token endpoint in the OAuth format (RFC 6749).
pub fn oauth_error(status: StatusCode, word: &str) -> Response {
    (status, Json(json!({ "error": word, "error_description": "The sandbox says so." }))).into_response()
}

/// Returns the token of the `Authorization: Bearer` header; empty if there is none.
pub fn bearer(headers: &HeaderMap) -> String {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.to_owned()).unwrap_or_default()
}

/// Builds the response to a fault in a platform's format, given the sandbox's time.
pub type Refusal = fn(FaultKind, DateTime<Utc>) -> Response;

/// Returns the response of `work`, or of the fault injected for this service, endpoint and account, and records the request.
pub async fn answer(
    state: &SandboxState,
    (name, fault): (&'static str, Refusal),
    (endpoint, account): (&'static str, &str),
    work: impl FnOnce() -> Response,
) -> Response {
    let response = match state.take_fault(name, endpoint, account) {
        None => work(),
        Some(FaultKind::Timeout) => {
            tokio::time::sleep(TIME_OUT).await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
        Some(FaultKind::Html) => Html("<!DOCTYPE html><title>Sorry</title><h1>Sorry, something went wrong.</h1>").into_response(),
        Some(FaultKind::ConnectionReset) => cut_off(),
        Some(FaultKind::SlowDrip) => drip(),
        // The operation takes effect, but the client never receives its response.
        Some(FaultKind::ResponseLost) => {
            drop(work());
            cut_off()
        }
        Some(kind) => fault(kind, state.now()),
    };
    state.record((name, endpoint), account, response.status().as_u16());
    response
}

/// Returns the first field of a query or form with this name; empty if there is none.
pub fn field<'a>(fields: &'a [(String, String)], wanted: &str) -> &'a str {
    fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str()).unwrap_or_default()
}

fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

fn encode_query(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Sends the start of a body, then resets the connection.
fn cut_off() -> Response {
    let half = stream::once(async { Ok(Bytes::from_static(b"{\"data\":[")) });
    let end = stream::once(async { Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)) });
    ([("content-type", "application/json")], Body::from_stream(half.chain(end))).into_response()
}

/// Sends an endless body, one byte at a time.
fn drip() -> Response {
    let drops = stream::repeat(()).then(|()| async {
        tokio::time::sleep(DRIP).await;
        Ok::<_, std::io::Error>(Bytes::from_static(b" "))
    });
    ([("content-type", "application/json")], Body::from_stream(drops)).into_response()
}
