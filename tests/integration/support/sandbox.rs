use axum::body::Body;
use chrono::{DateTime, Utc};
use http::{Request, header};
use huntaze::server::config::InstagramConfig;
use huntaze_sandbox::{Fault, FaultKind, World};
use tokio::net::TcpListener;
use tower::ServiceExt;
use url::Url;

/// Every scope that Huntaze asks for.
pub const ALL_SCOPES: [&str; 2] = ["instagram_business_basic", "instagram_business_manage_insights"];

/// A sandbox of this test alone, on a port of its own.
pub struct Sandbox {
    pub world: World,
    address: String,
}

impl Sandbox {
    /// Starts it; its time is `now`.
    pub async fn start(now: DateTime<Utc>) -> Self {
        let world = World::default();
        world.advance(now - world.now());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let router = huntaze_sandbox::web::router(world.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { world, address }
    }

    /// Points to it.
    pub fn instagram(&self) -> InstagramConfig {
        let url = |path: &str| format!("{}/instagram/{path}", self.address).parse().expect("a URL");
        InstagramConfig {
            keys: Some(("sandbox-instagram".to_owned(), "sandbox-instagram-secret".to_owned().into())),
            authorize_url: url("oauth/authorize"),
            token_url: url("oauth/access_token"),
            graph_url: url("graph"),
            api_version: "v25.0".to_owned(),
        }
    }

    /// Makes the next `times` calls of an endpoint fail.
    pub fn fail(&self, endpoint: &str, kind: FaultKind, times: u32) {
        self.world.add_fault(Fault { provider: "instagram".to_owned(), endpoint: endpoint.to_owned(), account: None, kind, times });
    }

    /// How often an endpoint was called.
    pub fn calls(&self, endpoint: &str) -> usize {
        self.world.requests().iter().filter(|request| request.endpoint == endpoint).count()
    }

    /// What the creator does on the consent page: where the browser is sent then, as a path of ours.
    pub async fn decide(&self, authorize_url: &str, decision: &str, account: &str, scopes: &[&str]) -> String {
        let asked: Url = authorize_url.parse().expect("a URL");
        let query = |wanted: &str| asked.query_pairs().find(|(name, _)| name == wanted).expect(wanted).1.into_owned();
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("redirect_uri", &query("redirect_uri")).append_pair("state", &query("state"));
        form.append_pair("decision", decision).append_pair("account", account);
        for scope in scopes {
            form.append_pair(&format!("scope:{scope}"), "on");
        }
        let request = Request::post("/instagram/oauth/decide").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = request.body(Body::from(form.finish())).expect("a request");
        let answer = huntaze_sandbox::web::router(self.world.clone()).oneshot(request).await.expect("an answer");
        let location = answer.headers().get(header::LOCATION).expect("a redirect").to_str().expect("text");
        location.strip_prefix("http://127.0.0.1:3000").expect("back to us").trim_end_matches("#_").to_owned()
    }
}
