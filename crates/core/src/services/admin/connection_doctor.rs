//! Connection doctor: diagnostics of the platform configuration, for admins.

use chrono::TimeDelta;
use huntaze_domain::{
    admin::connection_doctor::{DryRun, PlatformDiagnostics, ScopeGrants, Spending},
    month::first_of_month,
    platform::Platform,
    string_enum::StringEnum,
};

use crate::{
    Core, db,
    error::chain,
    infra::token::Token,
    providers::{AuthorizationRequest, OAuthProvider, permissions},
    services::integrations::{IntegrationError, redirect_uri},
};

/// Period of which failures are reported.
const LOOK_BACK: TimeDelta = TimeDelta::days(7);

/// Returns diagnostics for each platform that is connected through OAuth.
pub async fn reports(core: &Core) -> Result<Vec<PlatformDiagnostics>, IntegrationError> {
    let now = core.clock.now();
    let granted = db::admin::diagnostics::granted_scopes(&core.db).await?;
    let failures = db::admin::diagnostics::failures(&core.db, now - LOOK_BACK).await?;
    let mut reports = Vec::new();
    for platform in Platform::ALL.iter().copied() {
        let Some(scopes) = permissions::of(platform) else { continue };
        let provider = core.providers.get(platform);
        let of_platform = || granted.iter().filter(move |(known, ..)| *known == platform);
        let scope = |scope: &&str| {
            let granted = of_platform().filter(|(_, list, _)| list.iter().any(|known| known == scope));
            ScopeGrants { scope: (*scope).to_owned(), granted: granted.map(|(.., accounts)| accounts).sum() }
        };
        let spending = match provider.and_then(OAuthProvider::monthly_budget) {
            Some(budget) => Some(Spending {
                spent_micro_usd: db::integrations::spending::spent(&core.db, platform, first_of_month(now)).await?,
                budget_micro_usd: budget,
            }),
            None => None,
        };
        reports.push(PlatformDiagnostics {
            provider: platform,
            is_configured: provider.is_some(),
            is_sandbox: provider.is_some_and(OAuthProvider::is_sandbox),
            redirect_uri: redirect_uri(core, platform),
            missing_variables: core.config.missing_for(platform).into_iter().map(ToOwned::to_owned).collect(),
            scopes: scopes.requested.iter().map(scope).collect(),
            accounts: of_platform().map(|(.., accounts)| accounts).sum(),
            failures: failures.iter().filter(|(known, _)| *known == platform).map(|(_, failure)| failure.clone()).collect(),
            spending,
        });
    }
    Ok(reports)
}

/// Requests a platform's consent page, as a user's browser would, and returns its status. Nothing is stored, so the callback of this flow
/// would be rejected.
///
/// # Errors
/// Returns [`IntegrationError::NotAvailable`] if the platform is not configured, or [`IntegrationError::SyncFailed`] if it does not
/// respond.
pub async fn dry_run(core: &Core, platform: Platform) -> Result<DryRun, IntegrationError> {
    let provider = core.providers.get(platform).ok_or(IntegrationError::NotAvailable(platform))?;
    let (text, verifier) = (Token::random()?.text(), Token::random()?.text());
    let redirect_uri = redirect_uri(core, platform);
    let url = provider.authorize_url(&AuthorizationRequest { state: &text, code_verifier: &verifier, redirect_uri: &redirect_uri });
    let status = core.providers.probe(&url).await.map_err(|error| {
        tracing::warn!(error = chain(&error), "consent page request failed");
        IntegrationError::SyncFailed(error.kind())
    })?;
    Ok(DryRun { provider: platform, authorize_url: url.into(), status })
}
