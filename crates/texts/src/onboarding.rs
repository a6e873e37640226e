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
