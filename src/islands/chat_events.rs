//! Events of `GET /api/ai/conversations/{id}/stream?format=html`: an answer as HTML, for the island that shows it. A connection always begins
//! with the whole answer so far, so that nothing is lost or repeated after a reconnect.

use serde::{Deserialize, Serialize};

/// Names of the events.
pub const AGENTS: &str = "agents";
/// See [`AGENTS`].
pub const DELTA: &str = "delta";
/// See [`AGENTS`].
pub const DONE: &str = "done";

/// `agents`: who writes the answer is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentsEvent {
    /// Id of the answer.
    pub message_id: String,
    /// Author as shown, such as "Assistant (Analytics)".
    pub author: String,
}

/// `delta`: the answer has grown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeltaEvent {
    /// Id of the answer.
    pub message_id: String,
    /// Whether this replaces everything shown so far.
    pub is_start: bool,
    /// HTML of the blocks that are complete now, to be added to the complete ones.
    pub finished: String,
    /// HTML of the block that is still growing, in place of the previous one.
    pub growing: String,
    /// New complete sentences, for screen readers; empty if there are none.
    pub spoken: String,
}

/// `done`: the answer is final. The stream ends after this event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoneEvent {
    /// Id of the answer.
    pub message_id: String,
    /// HTML of the list item with the whole message.
    pub html: String,
    /// The rest of the answer, for screen readers, and why it ended early if it did.
    pub spoken: String,
}
