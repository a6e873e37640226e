use huntaze_core::services::admin;
use huntaze_domain::{accounts::Plan, platform::Platform};

use super::{Client, Sandbox, TestApp};

/// A verified, signed-in user of a test: `Creator::new(EMAIL).plan(Plan::Pro).sign_in(&app)`.
#[must_use]
pub struct Creator<'a> {
    email: &'a str,
    plan: Option<Plan>,
    is_admin: bool,
    accounts: Vec<(Platform, &'a str)>,
}

impl<'a> Creator<'a> {
    /// A creator on the free plan, with [`PASSWORD`](super::PASSWORD) and without accounts.
    pub fn new(email: &'a str) -> Self {
        Self { email, plan: None, is_admin: false, accounts: Vec::new() }
    }

    /// Sets the plan.
    pub fn plan(mut self, plan: Plan) -> Self {
        self.plan = Some(plan);
        self
    }

    /// Grants the admin role.
    pub fn admin(mut self) -> Self {
        self.is_admin = true;
        self
    }

    /// Adds an account of the sandbox; [`Self::connect`] connects it.
    pub fn with_account(mut self, platform: Platform, name: &'a str) -> Self {
        self.accounts.push((platform, name));
        self
    }

    /// Registers the creator and returns a client that is signed in.
    pub async fn sign_in(self, app: &TestApp) -> Client {
        assert!(self.accounts.is_empty(), "accounts need a sandbox: use `connect`");
        self.register(app).await
    }

    /// Like [`Self::sign_in`]; also connects the accounts, syncs them, and returns their ids.
    pub async fn connect(self, app: &TestApp, sandbox: &Sandbox) -> (Client, Vec<String>) {
        let mut client = self.register(app).await;
        let mut ids = Vec::new();
        for (platform, name) in self.accounts {
            ids.push(app.connect_to(sandbox, &mut client, (platform, name)).await);
        }
        app.sync_all_due().await;
        (client, ids)
    }

    async fn register(&self, app: &TestApp) -> Client {
        let client = app.user_client(self.email).await;
        if let Some(plan) = self.plan {
            assert!(admin::set_plan(&app.core, self.email, plan).await.expect("the database answers"), "the user exists");
        }
        if self.is_admin {
            assert!(admin::grant(&app.core, self.email).await.expect("the database answers"), "the user exists");
        }
        client
    }
}
