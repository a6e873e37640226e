mod connect;
mod crash_recovery;
mod disconnect;
mod faults;
mod multi_process;
mod platforms;
mod refresh;
mod spending;
mod sync;

use huntaze_core::db::integrations::{Integration, SyncFailure};
use huntaze_domain::integrations::FailureKind;

/// A failed sync of an account, with the token that the account had.
fn failure(held: &Integration, kind: FailureKind) -> SyncFailure<'_> {
    let access = held.access.as_ref().expect("tokens");
    SyncFailure { id: held.id, access_token: &access.access, kind, next_sync_at: None }
}
