//! Figures: metrics, periods and the order of posts.

use huntaze_domain::analytics::{
    PostOrder, Series,
    figures::{Metric, StatsRange},
};

use crate::texts;

texts! {
    Series {
        Audience => "Audience";
        Views => "Views";
        Interactions => "Interactions";
        Revenue => "Revenue";
    }
}

texts! {
    PostOrder {
        Best => "Best";
        Worst => "Worst";
        Newest => "Newest";
    }
}

texts! {
    StatsRange {
        Week => "7 days";
        Month => "30 days";
        Quarter => "90 days";
    }
}

texts! {
    Metric {
        Audience => "Audience";
        Views => "Views";
        EngagementRate => "Engagement rate";
        Revenue => "Revenue";
    }
}

/// Error: the user has no such account.
pub const UNKNOWN_ACCOUNT: &str = "There is no such account.";
