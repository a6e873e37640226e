//! Work that nobody waits for, as operators see it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::choice::choices;

choices! {
    /// What a job does.
    JobKind {
        /// Sends a mail.
        Mail = "mail", "Send a mail";
        /// Reads an account at its platform.
        Sync = "sync", "Read an account";
        /// Stores the rows of a statement.
        Import = "import", "Import a statement";
        /// Reads earnings at the partner service.
        Partner = "partner", "Read a partner's earnings";
        /// Charges the months of AI that have ended.
        Charge = "charge", "Charge AI by the month";
        /// Removes what has expired.
        CleanUp = "clean_up", "Clean up";
    }
}

/// `GET /api/admin/jobs`: what waits, and what failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobsReport {
    /// One for each kind.
    pub queues: Vec<QueueReport>,
    /// Those that were given up, the newest first; a page of them.
    pub failed: Vec<FailedJob>,
    /// How many were given up in all.
    pub failed_in_all: u32,
    /// Which page of them, counted from 1.
    pub page: u32,
    /// How many pages of them there are.
    pub pages: u32,
}

/// Failed jobs on a page.
pub const FAILED_ON_PAGE: u32 = 50;

/// How much work of a kind there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueReport {
    /// The kind.
    pub kind: JobKind,
    /// Those that wait for a worker, or for another attempt.
    pub waiting: i64,
    /// Those that are being done.
    pub running: i64,
    /// Since when the oldest waits.
    pub waiting_since: Option<DateTime<Utc>>,
}

/// A job that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedJob {
    /// Its number in the queue.
    pub id: String,
    /// What it was to do.
    pub kind: JobKind,
    /// The row that it is about.
    pub subject: String,
    /// How often it was tried.
    pub attempts: i32,
    /// Why it failed the last time.
    pub error: String,
    /// When it was given up.
    pub failed_at: DateTime<Utc>,
}
