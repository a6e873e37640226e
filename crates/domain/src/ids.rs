//! Ids of rows. Each kind has a type of its own, so that the id of a user is never passed where the id of an account is expected.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
            #[serde(transparent)]
            pub struct $name(Uuid);

            impl $name {
                /// Returns the value, for a query or a context that is not about one kind of row.
                pub const fn uuid(self) -> Uuid {
                    self.0
                }
            }

            impl From<Uuid> for $name {
                fn from(id: Uuid) -> Self {
                    Self(id)
                }
            }

            impl From<$name> for Uuid {
                fn from(id: $name) -> Self {
                    id.0
                }
            }

            impl FromStr for $name {
                type Err = uuid::Error;

                fn from_str(text: &str) -> Result<Self, Self::Err> {
                    text.parse().map(Self)
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.fmt(formatter)
                }
            }
        )+
    };
}

/// A row of a user: a query that takes it finds nothing if the row belongs to another user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owned<Id> {
    /// The user.
    pub user_id: UserId,
    /// The row.
    pub id: Id,
}

ids! {
    /// A user.
    UserId;
    /// A session of a user.
    SessionId;
    /// A connected account of a platform.
    IntegrationId;
    /// A post of a connected account.
    PostId;
    /// A conversation with the assistant.
    ConversationId;
    /// A message of a conversation. An answer that is being generated is identified by the id of its message.
    MessageId;
    /// A report.
    ReportId;
    /// A set of generated captions.
    CaptionsId;
    /// A draft.
    DraftId;
    /// A statement.
    StatementId;
    /// A connection to the partner service.
    PartnerConnectionId;
    /// A request that counts towards the quota of AI.
    AiRequestId;
    /// A mail in the outbox.
    MailId;
}

/// Reports and captions are stored under the id of the request that they were written for.
macro_rules! ids_of_requests {
    ($($name:ident),+) => {
        $(
            impl From<AiRequestId> for $name {
                fn from(id: AiRequestId) -> Self {
                    Self(id.0)
                }
            }

            impl $name {
                /// Returns the id of the request.
                pub const fn request_id(self) -> AiRequestId {
                    AiRequestId(self.0)
                }
            }
        )+
    };
}

ids_of_requests!(ReportId, CaptionsId);
