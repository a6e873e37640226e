//! Administration: jobs, and advice on failures.

use huntaze_domain::{admin::jobs::JobKind, integrations::FailureKind};

use crate::texts;

texts! {
    JobKind {
        Mail => "Send a mail";
        Sync => "Read an account";
        Import => "Import a statement";
        PartnerSync => "Read a partner's earnings";
        AiCharges => "Charge AI by the month";
        Cleanup => "Clean up";
    }
}

/// Advice for admins on a kind of failure.
pub const fn advice(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Transient => "The platform's fault, if it is about all accounts. Nothing is lost; readings go on by themselves.",
        FailureKind::Revoked | FailureKind::Expired | FailureKind::NoAccount => "The creator has to reconnect; Huntaze asks for it.",
        FailureKind::InsufficientScope => "Look whether the app still has the permission at the platform. The creator has to reconnect.",
        FailureKind::RateLimited => "Too many accounts for the app's allowance, if it stays.",
        FailureKind::BudgetExhausted => "Raise the budget, or wait for next month.",
        FailureKind::Misconfigured => "Check the keys below, and that the app is not suspended at the platform.",
        FailureKind::DecryptionFailed => "A key is missing in ENCRYPTION_KEYS, or a row was changed by hand.",
    }
}

/// Error: the failed job was retried or dismissed already.
pub const JOB_NOT_FOUND: &str = "This job is not on the list any more.";
/// Error: the subject of the job needs no further attempt.
pub const JOB_SUBJECT_GONE: &str = "What it was about is gone, or was mended. There is nothing to try again.";
