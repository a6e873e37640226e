//! Profile, data export and deletion of a user account.

use huntaze_domain::{
    accounts::{
        CurrentUser,
        settings::{DeleteAccountInput, ProfileInput, SessionView},
    },
    client::ClientInfo,
    content::drafts::Draft,
    earnings::DailyTotal,
    ids::UserId,
    integrations::{DisconnectedIntegration, IntegrationView},
    onboarding::Onboarding,
    validation,
};
use serde::Serialize;

use super::{AccountError, Audit, confirm_password};
use crate::{
    Core,
    db::{
        self,
        accounts::{audit::AuditKind, sessions::ActiveSession},
        assistant::reports::ReportFilter,
    },
    services::integrations,
};

/// Sets the user's display name.
///
/// # Errors
/// Returns an error if the input is invalid or a database query fails.
pub async fn update_profile(core: &Core, user_id: UserId, input: &ProfileInput) -> Result<(), AccountError> {
    validation::validate(input).map_err(AccountError::InvalidInput)?;
    core.session_cache.forget(&db::accounts::sessions::token_hashes(&core.db, user_id).await?).await;
    Ok(db::accounts::users::set_name(&core.db, user_id, input.normalized_name().as_deref(), core.clock.now()).await?)
}

/// All data stored about a user, without secrets. `GET /api/account/export`
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    exported_at: chrono::DateTime<chrono::Utc>,
    account: CurrentUser,
    registered_at: chrono::DateTime<chrono::Utc>,
    email_verified_at: Option<chrono::DateTime<chrono::Utc>>,
    onboarding: Onboarding,
    sessions: Vec<SessionView>,
    integrations: Vec<IntegrationView>,
    disconnected_integrations: Vec<DisconnectedIntegration>,
    figures: Vec<db::analytics::insights::ExportedDay>,
    posts: Vec<db::analytics::posts::ExportedPost>,
    earnings: Vec<db::earnings::ExportedEntry>,
    daily_totals: Vec<DailyTotal>,
    ai_settings: db::assistant::settings::StoredSettings,
    ai_requests: Vec<db::billing::ledger::ExportedRequest>,
    ai_charges: Vec<db::billing::costs::ExportedCharge>,
    captions: Vec<db::content::captions::StoredCaptions>,
    drafts: Vec<Draft>,
    conversations: Vec<db::assistant::conversations::ExportedMessage>,
    reports: Vec<db::assistant::reports::StoredReport>,
    feedback: Vec<db::assistant::reports::ExportedFeedback>,
    integration_events: Vec<db::integrations::events::ExportedEvent>,
    events: Vec<db::accounts::audit::Event>,
}

/// Collects all data stored about the user.
pub async fn export(core: &Core, client: &ClientInfo, current: &ActiveSession) -> Result<Export, AccountError> {
    Audit { core, client }.record(&core.db, Some(current.user.id), AuditKind::DataExported).await?;
    let user_id = current.user.id;
    let (registered_at, email_verified_at) = db::accounts::users::find_dates(&core.db, user_id).await?;
    let (integrations, disconnected_integrations) = integrations::list(core, user_id).await?;
    Ok(Export {
        registered_at,
        email_verified_at,
        exported_at: core.clock.now(),
        account: current.user.clone(),
        onboarding: db::onboarding::find(&core.db, user_id).await?,
        sessions: super::list_sessions(core, current).await?,
        integrations,
        disconnected_integrations,
        figures: db::analytics::insights::export(&core.db, user_id).await?,
        posts: db::analytics::posts::export(&core.db, user_id).await?,
        earnings: db::earnings::export(&core.db, user_id).await?,
        daily_totals: db::earnings::daily_totals(&core.db, user_id, i64::MAX).await?,
        ai_settings: db::assistant::settings::find(&core.db, user_id).await?,
        ai_requests: db::billing::ledger::export(&core.db, user_id).await?,
        ai_charges: db::billing::costs::export(&core.db, user_id).await?,
        captions: db::content::captions::list(&core.db, user_id, None).await?,
        drafts: db::content::drafts::list(&core.db, user_id, None).await?,
        conversations: db::assistant::conversations::export(&core.db, user_id).await?,
        reports: db::assistant::reports::list(&core.db, user_id, ReportFilter::default()).await?,
        feedback: db::assistant::reports::export_feedback(&core.db, user_id).await?,
        integration_events: db::integrations::events::export(&core.db, user_id).await?,
        events: db::accounts::audit::list(&core.db, user_id).await?,
    })
}

/// Revokes the tokens at the platforms, and deletes the user with all data immediately.
///
/// # Errors
/// Returns an error if the password is wrong or a rate limit is exceeded; or an internal error.
pub async fn delete(core: &Core, client: &ClientInfo, current: &ActiveSession, input: DeleteAccountInput) -> Result<(), AccountError> {
    validation::validate(&input).map_err(AccountError::InvalidInput)?;
    confirm_password(core, client, &current.user, ("password", &input.password)).await?;
    let (worker, client, user) = (core.clone(), client.clone(), current.user.clone());
    // Runs to completion even if the client disconnects, so that no user is left whose tokens are already revoked.
    core.tasks.spawn(async move { delete_now(&worker, &client, &user).await }).await?
}

async fn delete_now(core: &Core, client: &ClientInfo, user: &CurrentUser) -> Result<(), AccountError> {
    integrations::revoke_all(core, user.id).await?;
    let mut tx = db::begin(&core.db).await?;
    let ended = db::accounts::sessions::delete_all(&mut *tx, user.id).await?;
    db::accounts::users::delete(&mut *tx, user.id).await?;
    db::mail_outbox::delete_by_recipient(&mut *tx, &user.email).await?;
    Audit { core, client }.record(&mut *tx, None, AuditKind::AccountDeleted).await?;
    core.session_cache.forget(&ended).await;
    tx.commit().await?;
    Ok(())
}
