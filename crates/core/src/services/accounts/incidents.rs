//! What looks like somebody else in an account: its owner gets a mail that says what to do, one for each incident and day.

use chrono::TimeDelta;
use huntaze_domain::{
    accounts::{security::AuditKind, settings::device_of},
    client::ClientInfo,
    ids::UserId,
    page::Page,
};
use huntaze_texts as texts;
use sqlx::PgConnection;

use super::{AccountError, Audit};
use crate::{
    Core,
    db::{self, DbError},
    error::chain,
    infra::{
        mail::{Details, Message},
        token::{Token, TokenHash},
    },
};

/// Failed sign-ins at one account within [`FAILURE_WINDOW`] that its owner is told of.
const NOTICED_FAILURES: i64 = 10;
const FAILURE_WINDOW: TimeDelta = TimeDelta::hours(1);
/// A request that was under way when its user signed out is no incident.
const SIGN_OUT_GRACE: TimeDelta = TimeDelta::minutes(1);

/// Whose account it is.
#[derive(Clone, Copy)]
pub struct Owner<'a> {
    /// Id of the user.
    pub id: UserId,
    /// E-mail address of the user.
    pub email: &'a str,
}

/// Remembers the browser of a sign-in. Returns the token of a new cookie, unless the browser has one. Mails the owner if the account was used
/// before, but not in this browser.
pub(super) async fn remember_device(
    core: &Core,
    client: &ClientInfo,
    owner: Owner<'_>,
    device: Option<TokenHash>,
) -> Result<Option<Token>, AccountError> {
    let now = core.clock.now();
    if let Some(hash) = device
        && db::accounts::incidents::touch_device(&core.db, owner.id, &hash, now).await?
    {
        return Ok(None);
    }
    // A browser that knows another account has a cookie already.
    let fresh = if device.is_none() { Some(Token::random()?) } else { None };
    let Some(hash) = device.or_else(|| fresh.as_ref().map(Token::hash)) else { return Ok(None) };
    let mut tx = db::begin(&core.db).await?;
    if db::accounts::incidents::add_device(&mut *tx, owner.id, &hash, now).await? {
        let message = Message::NewDevice { details: details(core, client), forgot: forgot(core) };
        db::mail_outbox::insert(&mut *tx, &message.to(owner.email), now).await?;
    }
    tx.commit().await?;
    Ok(fresh)
}

/// Tells the owner of an account that somebody guesses its password, if they have failed often. In a task of its own: a failure must not take
/// longer because there is such an account.
pub(super) fn note_failure(core: &Core, client: &ClientInfo, owner: Owner<'_>) {
    let (worker, client, id, email) = (core.clone(), client.clone(), owner.id, owner.email.to_owned());
    core.tasks.spawn(async move {
        let since = worker.clock.now() - FAILURE_WINDOW;
        let told = async {
            if db::accounts::audit::count_since(&worker.db, id, AuditKind::LoginFailed, since).await? >= NOTICED_FAILURES {
                let message = Message::LoginFailures { details: details(&worker, &client), forgot: forgot(&worker) };
                let mut tx = db::begin(&worker.db).await?;
                notify_once(&worker, &mut tx, Owner { id, email: &email }, ("login_failures", message)).await?;
                tx.commit().await?;
            }
            Ok::<_, AccountError>(())
        };
        if let Err(error) = told.await {
            tracing::error!(error = chain(&error), user_id = %id, "failed to notify of sign-in failures");
        }
    });
}

/// Tells the owner that the token of a session is used after its user has signed out. Does nothing for other unknown tokens.
///
/// # Errors
/// A database query failed.
pub(super) async fn note_unknown_session(core: &Core, client: &ClientInfo, hash: &TokenHash) -> Result<(), AccountError> {
    let before = core.clock.now() - SIGN_OUT_GRACE;
    let Some((id, email)) = db::accounts::incidents::find_signed_out(&core.db, hash, before).await? else { return Ok(()) };
    let message = Message::EndedSessionUsed { details: details(core, client), forgot: forgot(core) };
    let mut tx = db::begin(&core.db).await?;
    if notify_once(core, &mut tx, Owner { id, email: &email }, ("ended_session_used", message)).await? {
        Audit { core, client }.record(&mut *tx, Some(id), AuditKind::EndedSessionUsed).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Tells the owner that a platform account was connected.
///
/// # Errors
/// A database query failed.
pub async fn note_connected(
    core: &Core,
    tx: &mut PgConnection,
    client: &ClientInfo,
    (owner, account): (Owner<'_>, &str),
) -> Result<(), DbError> {
    let details = Details { account: Some(account.to_owned()), ..details(core, client) };
    let message = Message::AccountConnected { details, integrations: core.config.app.link(Page::Integrations.path()) };
    notify_once(core, tx, owner, (&format!("connected {account}"), message)).await?;
    Ok(())
}

/// Mails the owner, unless that was done today for the same incident. Returns whether it was done now.
async fn notify_once(core: &Core, tx: &mut PgConnection, owner: Owner<'_>, (incident, message): (&str, Message)) -> Result<bool, DbError> {
    let now = core.clock.now();
    if !db::accounts::incidents::claim_notice(&mut *tx, owner.id, incident, now.date_naive()).await? {
        return Ok(false);
    }
    db::mail_outbox::insert(tx, &message.to(owner.email), now).await?;
    Ok(true)
}

fn details(core: &Core, client: &ClientInfo) -> Details {
    Details {
        account: None,
        device: texts::accounts::device(device_of(client.user_agent.as_deref())),
        ip: client.ip.clone(),
        time: core.clock.now(),
    }
}

fn forgot(core: &Core) -> String {
    core.config.app.link(Page::ForgotPassword.path())
}
