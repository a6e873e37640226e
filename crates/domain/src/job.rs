//! Background jobs, as shown to admins.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::choice::choices;

choices! {
    /// Kind of a background job.
    JobKind {
        /// Sends one mail.
        Mail = "mail", "Send a mail";
        /// Syncs one account with its platform.
        Sync = "sync", "Read an account";
        /// Imports the rows of one statement.
        Import = "import", "Import a statement";
        /// Syncs earnings from the partner service.
        Partner = "partner", "Read a partner's earnings";
        /// Creates the AI charges of the months that have ended.
        Charge = "charge", "Charge AI by the month";
        /// Deletes expired rows.
        CleanUp = "clean_up", "Clean up";
    }
}

/// `GET /api/admin/jobs`: the queues, and the jobs that failed permanently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobsReport {
    /// Stats of each queue; one entry per [`JobKind`].
    pub queues: Vec<QueueReport>,
    /// One page of the permanently failed jobs, newest first.
    pub failed: Vec<FailedJob>,
    /// Total number of permanently failed jobs.
    pub failed_in_all: u32,
    /// Number of this page of failed jobs, from 1.
    pub page: u32,
    /// Total number of pages of failed jobs.
    pub pages: u32,
}

/// Number of failed jobs per page.
pub const FAILED_ON_PAGE: u32 = 50;

/// Stats of the queue of one job kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueReport {
    /// Kind of the jobs.
    pub kind: JobKind,
    /// Number of jobs that wait for a worker or a retry.
    pub waiting: i64,
    /// Number of jobs that are running.
    pub running: i64,
    /// Time since which the oldest job has been waiting; `None` if no job waits.
    pub waiting_since: Option<DateTime<Utc>>,
}

/// A job that failed permanently: its attempts are exhausted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedJob {
    /// Id of the job in the queue.
    pub id: String,
    /// Kind of the job.
    pub kind: JobKind,
    /// Id of the row that the job is about.
    pub subject: String,
    /// Number of attempts made.
    pub attempts: i32,
    /// Error of the last attempt.
    pub error: String,
    /// Time of the permanent failure.
    pub failed_at: DateTime<Utc>,
}
