//! What creators say of themselves.

use huntaze_domain::onboarding::{ContentType, Goal};

use crate::texts;

texts! {
    ContentType {
        Photos => "Photos";
        Videos => "Videos";
        Stories => "Stories";
        Text => "Text";
        Ppv => "Paid content (PPV)";
    }
}

texts! {
    Goal {
        GrowAudience => "Grow my audience";
        IncreaseRevenue => "Increase my revenue";
        SaveTime => "Save time";
    }
}

/// A change of an answer was saved.
pub const SAVED: &str = "Saved.";
/// A change of an answer could not be saved.
pub const NOT_SAVED: &str = "This change is not saved yet. The button below tries again.";
