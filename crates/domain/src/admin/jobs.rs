//! Background jobs, as shown to admins.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::string_enum::string_enum;

string_enum! {
    /// Kind of a background job.
    JobKind {
        /// Sends one mail.
        Mail = "mail";
        /// Syncs one account with its platform.
        Sync = "sync";
        /// Imports the rows of one statement.
        Import = "import";
        /// Syncs earnings from the partner service.
        PartnerSync = "partner_sync";
        /// Creates the AI charges of the months that have ended.
        AiCharges = "ai_charges";
        /// Deletes expired rows.
        Cleanup = "cleanup";
    }
}

/// `GET /api/admin/jobs`: the queues, and the jobs that failed permanently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobsOverview {
    /// Stats of each queue; one entry per [`JobKind`].
    pub queues: Vec<QueueStats>,
    /// One page of the permanently failed jobs, newest first.
    pub failed: Vec<FailedJob>,
    /// Total number of permanently failed jobs.
    pub failed_total: u32,
    /// Number of this page of failed jobs, from 1.
    pub page: u32,
    /// Total number of pages of failed jobs.
    pub pages: u32,
}

/// Number of failed jobs per page.
pub const FAILED_JOBS_PER_PAGE: u32 = 50;

/// Stats of the queue of one job kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueStats {
    /// Kind of the jobs.
    pub kind: JobKind,
    /// Number of jobs that wait for a worker or a retry.
    pub pending: i64,
    /// Number of jobs that are running.
    pub running: i64,
    /// Time since which the oldest job has been waiting; `None` if no job waits.
    pub oldest_pending_at: Option<DateTime<Utc>>,
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
    pub subject_id: String,
    /// Number of attempts made.
    pub attempts: i32,
    /// Error of the last attempt.
    pub error: String,
    /// Time of the permanent failure.
    pub failed_at: DateTime<Utc>,
}
