//! Test support: the complete application in the test process, and HTTP clients with a cookie store.

mod client;
mod creator;
mod mailer;
mod model;
mod redis;
mod sandbox;
mod server;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::Router;
use chrono::TimeDelta;
use huntaze::{
    assets::Assets,
    http::{router::router, state::AppState},
};
use huntaze_core::{
    Core,
    config::Config,
    db,
    infra::{
        clock::{Clock, MockClock},
        http,
        mail::Message,
    },
    jobs,
    services::{earnings, integrations},
};
use huntaze_domain::{platform::Platform, string_enum::StringEnum};
use leptos::config::LeptosOptions;
use serde_json::json;
use sqlx::PgPool;

pub use client::{Client, TestResponse};
pub use creator::Creator;
pub use mailer::MemoryMailer;
pub use model::{ScriptedModel, ScriptedReply};
pub use redis::{Access, RedisServer};
pub use sandbox::{ALL_SCOPES, OAUTH_PLATFORMS, Sandbox};
pub use server::{Server, free_port};

/// E-mail address of the default test user.
pub const EMAIL: &str = "ada@example.com";
pub const PASSWORD: &str = "tuesday-lamp-orbit";

/// Returns the number of recorded model calls and their total cost in micro-USD.
pub async fn ai_usage(db: &PgPool) -> (i64, i64) {
    let sum = sqlx::query_as("SELECT count(*), coalesce(sum(cost_micro_usd), 0)::bigint FROM ai_usage");
    sum.fetch_one(db).await.expect("a sum")
}

/// Polls `is_so` every 20 ms until it returns `true`; panics after 30 seconds. `what` names the condition in the panic message.
pub async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let given_up = Instant::now() + Duration::from_secs(30);
    while !is_so().await {
        assert!(Instant::now() < given_up, "{what}: not within 30 seconds");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn router_of(core: &Core) -> Router {
    let options = LeptosOptions::builder().output_name("huntaze").hash_files(false).build();
    let assets = Assets::find(&options).expect("file names without hashes");
    router(AppState::new(assets, core.clone()))
}

/// The application under test.
pub struct TestApp {
    pub core: Core,
    pub clock: Arc<MockClock>,
    pub mailer: MemoryMailer,
    router: Router,
}

impl TestApp {
    pub fn new(db: PgPool) -> Self {
        Self::with_config(db, Config::for_tests().expect("a valid configuration"))
    }

    pub fn with_config(db: PgPool, config: Config) -> Self {
        Self::with_clock(db, config, Arc::new(MockClock::default()), http::TIMEOUT)
    }

    /// Returns an application that is connected to a new sandbox; both clocks start at the same time.
    pub async fn with_sandbox(db: PgPool) -> (Self, Sandbox) {
        Self::with_sandbox_config(db, |_| ()).await
    }

    /// Like [`Self::with_sandbox`]; `set` changes the configuration before the application is built.
    pub async fn with_sandbox_config(db: PgPool, set: impl FnOnce(&mut Config)) -> (Self, Sandbox) {
        let clock = Arc::new(MockClock::default());
        let sandbox = Sandbox::start(clock.now()).await;
        let mut config = Config::for_tests().expect("a valid configuration");
        sandbox.configure(&mut config);
        config.limits.per_user = 10_000;
        config.limits.ai = 10_000;
        set(&mut config);
        (Self::with_clock(db, config, clock, http::TIMEOUT), sandbox)
    }

    /// Returns an application, its sandbox, a signed-in user with one synced Instagram account, and the integration ID.
    pub async fn with_account(db: PgPool) -> (Self, Sandbox, Client, String) {
        let (app, sandbox) = Self::with_sandbox(db).await;
        let creator = Creator::new(EMAIL).with_account(Platform::Instagram, "ada.creates");
        let (user_client, mut ids) = creator.connect(&app, &sandbox).await;
        (app, sandbox, user_client, ids.remove(0))
    }

    fn with_clock(db: PgPool, config: Config, clock: Arc<MockClock>, timeout: Duration) -> Self {
        let core = Core::new(config, db, clock.clone(), timeout).expect("a core");
        Self { router: router_of(&core), core, clock, mailer: MemoryMailer::default() }
    }

    /// Returns an application that shares Redis with others, connected to it.
    pub async fn with_redis(db: PgPool, redis: &RedisServer) -> Self {
        let mut config = Config::for_tests().expect("a valid configuration");
        config.redis = redis.config();
        let app = Self::with_config(db, config);
        app.redis_is_up().await;
        app
    }

    /// Waits until the application is connected to Redis.
    pub async fn redis_is_up(&self) {
        let redis = self.core.redis.as_ref().expect("a Redis");
        eventually("connected to Redis", async || redis.is_up()).await;
    }

    /// Replaces the language model of the application.
    pub fn with_model(mut self, model: ScriptedModel) -> Self {
        self.core = self.core.with(|core| core.model = Some(Arc::new(model)));
        self.router = router_of(&self.core);
        self
    }

    /// Returns a client without cookies.
    pub fn client(&self) -> Client {
        Client::new(self.router.clone())
    }

    /// Returns an anonymous client that has a CSRF token.
    pub async fn anon_client(&self) -> Client {
        let mut client = self.client();
        client.get("/api/csrf/token").await;
        client
    }

    /// Registers a user with [`PASSWORD`] and verifies the e-mail address.
    pub async fn register_verified(&self, email: &str) {
        let mut anon_client = self.anon_client().await;
        anon_client.post("/api/auth/register", serde_json::json!({ "email": email, "password": PASSWORD })).await.expect_status(202);
        let token = self.mailed_token(email).await;
        anon_client.post("/api/auth/verify-email", serde_json::json!({ "token": token })).await.expect_status(200);
        // Start new rate-limit windows, so that the test itself has all of its requests.
        self.clock.advance(TimeDelta::minutes(2));
    }

    /// Registers a verified user and returns a client that is signed in.
    pub async fn user_client(&self, email: &str) -> Client {
        self.register_verified(email).await;
        let mut client = self.anon_client().await;
        client.post("/api/auth/login", serde_json::json!({ "email": email, "password": PASSWORD })).await.expect_status(200);
        client
    }

    /// Advances the clocks of the application and of its sandbox.
    pub fn advance(&self, sandbox: &Sandbox, step: TimeDelta) {
        self.clock.advance(step);
        sandbox.state.advance(step);
    }

    /// Starts an authorization at Instagram and returns the URL of the consent page.
    pub async fn start_instagram_authorization(&self, user_client: &mut Client) -> String {
        self.start_authorization(user_client, Platform::Instagram).await
    }

    /// Starts an authorization at a platform and returns the URL of the consent page.
    pub async fn start_authorization(&self, user_client: &mut Client, platform: Platform) -> String {
        let answer = user_client.post(&format!("/api/integrations/connect/{}", platform.as_str()), json!({})).await.expect_status(200);
        answer.json()["authorizeUrl"].as_str().expect("a URL").to_owned()
    }

    /// Connects an Instagram account with all scopes and returns the integration ID.
    pub async fn connect(&self, sandbox: &Sandbox, user_client: &mut Client, account: &str) -> String {
        self.connect_to(sandbox, user_client, (Platform::Instagram, account)).await
    }

    /// Connects an account of a platform with all scopes and returns the integration ID.
    pub async fn connect_to(&self, sandbox: &Sandbox, user_client: &mut Client, (platform, account): (Platform, &str)) -> String {
        let authorize_url = self.start_authorization(user_client, platform).await;
        let back = sandbox.submit_consent(&authorize_url, "allow", (account, &[])).await;
        let answer = user_client.page(&back).await.expect_status(303);
        let (_, id) = answer
            .location()
            .split_once(&format!("?connected={}&integrationId=", platform.as_str()))
            .unwrap_or_else(|| panic!("{}", answer.location()));
        id.to_owned()
    }

    /// Returns a second application instance that shares the database, clock and sandbox; `timeout` limits its requests to platforms.
    pub fn second_instance(&self, timeout: Duration) -> Self {
        Self::with_clock(self.core.db.clone(), self.core.config.clone(), Arc::clone(&self.clock), timeout)
    }

    /// Returns an instance that shares all but the pool: it has one connection, whose statistics can be read.
    pub fn with_one_connection(&self) -> Self {
        let pool = db::pool_options().max_connections(1).connect_lazy_with(self.core.db.connect_options().as_ref().clone());
        Self::with_clock(pool, self.core.config.clone(), Arc::clone(&self.clock), http::TIMEOUT)
    }

    /// Syncs the integration that has been due the longest; returns `false` if none is due.
    pub async fn sync_due(&self) -> bool {
        let due = db::integrations::list_due(&self.core.db, self.core.clock.now(), 1).await.expect("the database answers");
        for id in &due {
            integrations::sync(&self.core, *id).await.expect("the database answers");
        }
        !due.is_empty()
    }

    /// Syncs integrations until none is due.
    pub async fn sync_all_due(&self) {
        while self.sync_due().await {}
    }

    /// Imports queued statements until none is due.
    pub async fn import_due(&self) {
        loop {
            let due = db::earnings::imports::list_due(&self.core.db, self.core.clock.now(), 1).await.expect("the database answers");
            let Some(id) = due.first() else { return };
            let _ = earnings::import(&self.core, *id).await.expect("the database answers");
        }
    }

    /// Syncs partner connections until none is due.
    pub async fn sync_partner(&self) {
        loop {
            let due = db::earnings::partner::list_due(&self.core.db, self.core.clock.now(), 1).await.expect("the database answers");
            let Some(id) = due.first() else { return };
            earnings::sync_partner(&self.core, *id).await.expect("the database answers");
        }
    }

    /// Attempts to send each mail that is due once (100 at most). Returns the number of mails sent.
    pub async fn deliver_due(&self) -> usize {
        let before = self.mailer.count();
        for id in db::mail_outbox::list_due(&self.core.db, self.core.clock.now(), 100).await.expect("the database answers") {
            let _ = jobs::deliver(&self.core, &self.mailer, id).await.expect("the database answers");
        }
        self.mailer.count() - before
    }

    /// Inserts a password-reset mail to an address into the outbox.
    pub async fn put_into_outbox(&self, email: &str) {
        let mail = Message::Reset { link: "https://x.example/".to_owned() }.to(email);
        db::mail_outbox::insert(&self.core.db, &mail, self.clock.now()).await.expect("inserted");
    }

    /// Sends the mails that are due and returns the newest mail to an address; `None` if none was sent.
    pub async fn newest_mail(&self, email: &str) -> Option<huntaze_core::infra::mail::OutboxMail> {
        self.deliver_due().await;
        self.mailer.newest_to(email)
    }

    /// Sends the mails that are due and returns the token in the newest mail to an address.
    pub async fn mailed_token(&self, email: &str) -> String {
        let mail = self.newest_mail(email).await.expect("a mail");
        let (_, rest) = mail.text_body.split_once("token=").expect("a link");
        rest.lines().next().expect("a line").to_owned()
    }
}
