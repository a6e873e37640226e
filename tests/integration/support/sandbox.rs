use axum::body::Body;
use chrono::{DateTime, Utc};
use http::{Request, header};
use http_body_util::BodyExt;
use huntaze_core::config::{ClientCredentials, Config};
use huntaze_domain::{accounts::Secret, platform::Platform, string_enum::StringEnum};
use huntaze_sandbox::{Fault, FaultKind, SandboxState};
use tokio::net::TcpListener;
use tower::ServiceExt;
use url::Url;

/// Scopes that Huntaze requests from Instagram.
pub const ALL_SCOPES: [&str; 2] = ["instagram_business_basic", "instagram_business_manage_insights"];

/// The platforms that are connected through OAuth.
pub const OAUTH_PLATFORMS: [Platform; 5] = [Platform::Instagram, Platform::Tiktok, Platform::Reddit, Platform::Youtube, Platform::X];

/// Sandbox of a single test, on its own port.
#[derive(Clone)]
pub struct Sandbox {
    pub state: SandboxState,
    pub address: String,
}

impl Sandbox {
    /// Starts a sandbox whose clock is set to `now`.
    pub async fn start(now: DateTime<Utc>) -> Self {
        let state = SandboxState::default();
        state.advance(now - state.now());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let router = huntaze_sandbox::web::router(state.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { state, address }
    }

    /// Points all platforms, Gemini and the partner service to this sandbox.
    pub fn configure(&self, config: &mut Config) {
        let url = |path: &str| -> Url { format!("{}/{path}", self.address).parse().expect("a URL") };
        let credentials = |name: &str| {
            let (client_id, client_secret) = (format!("sandbox-{name}"), Secret::from(format!("sandbox-{name}-secret")));
            Some(ClientCredentials { client_id, client_secret })
        };
        config.instagram.credentials = credentials("instagram");
        config.instagram.authorize_url = url("instagram/authorize");
        config.instagram.token_url = url("instagram/oauth/access_token");
        config.instagram.graph_url = url("instagram/graph");
        config.tiktok.credentials = credentials("tiktok");
        config.tiktok.authorize_url = url("tiktok/authorize");
        config.tiktok.api_url = url("tiktok/api");
        config.reddit.credentials = credentials("reddit");
        config.reddit.authorize_url = url("reddit/authorize");
        config.reddit.token_url = url("reddit/api/v1/access_token");
        config.reddit.api_url = url("reddit/oauth");
        config.youtube.credentials = credentials("youtube");
        config.youtube.authorize_url = url("youtube/authorize");
        config.youtube.token_url = url("youtube/oauth/token");
        config.youtube.data_url = url("youtube/data");
        config.youtube.analytics_url = url("youtube/analytics");
        config.gemini.key = Some(Secret::from("sandbox-gemini".to_owned()));
        config.gemini.url = url("gemini/v1beta");
        config.partner.api_url = Some(url("partner/api"));
        config.x.credentials = credentials("x");
        config.x.monthly_budget = 10_000_000;
        config.x.authorize_url = url("x/authorize");
        config.x.api_url = url("x/api");
    }

    /// Makes the next `times` requests to an endpoint of Instagram fail.
    pub fn fail(&self, endpoint: &str, kind: FaultKind, times: u32) {
        self.inject_fault((Platform::Instagram, endpoint), kind, times);
    }

    /// Makes the next `times` requests to an endpoint of a platform fail.
    pub fn inject_fault(&self, (platform, endpoint): (Platform, &str), kind: FaultKind, times: u32) {
        let (provider, endpoint) = (platform.as_str().to_owned(), endpoint.to_owned());
        self.state.add_fault(Fault { provider, endpoint, account: None, kind, times });
    }

    /// Returns the number of requests to an endpoint, summed over all platforms.
    pub fn calls(&self, endpoint: &str) -> usize {
        self.state.requests().iter().filter(|request| request.endpoint == endpoint).count()
    }

    /// Submits the consent page with `decision` (`allow` or `deny`) and returns the path of the callback. Empty `scopes` grant all that
    /// are requested.
    pub async fn submit_consent(&self, authorize_url: &str, decision: &str, (account, scopes): (&str, &[&str])) -> String {
        let page_url: Url = authorize_url.parse().expect("a URL");
        let page = Request::get(format!("{}?{}", page_url.path(), page_url.query().unwrap_or_default())).body(Body::empty());
        let page = self.ask(page.expect("a request")).await.into_body().collect().await.expect("a page").to_bytes();
        let page = String::from_utf8(page.to_vec()).expect("text");
        let values = |before: &str| page.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect::<Vec<_>>();
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for field in ["redirect_uri", "state", "challenge", "lasting"] {
            let value = *values(&format!("name=\"{field}\" value=\"")).first().unwrap_or_else(|| panic!("no {field} in {page}"));
            form.append_pair(field, value);
        }
        form.append_pair("decision", decision).append_pair("account", account);
        let asked: Vec<_> = values("name=\"scope:");
        for scope in if scopes.is_empty() { asked.as_slice() } else { scopes } {
            form.append_pair(&format!("scope:{scope}"), "on");
        }
        let action = page_url.path().replace("authorize", "decide");
        let request = Request::post(action).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = self.ask(request.body(Body::from(form.finish())).expect("a request")).await;
        let location = answer.headers().get(header::LOCATION).expect("a redirect").to_str().expect("text");
        location.strip_prefix("http://127.0.0.1:3000").expect("a redirect to the application").trim_end_matches("#_").to_owned()
    }

    async fn ask(&self, request: Request<Body>) -> axum::response::Response {
        huntaze_sandbox::web::router(self.state.clone()).oneshot(request).await.expect("an answer")
    }
}
