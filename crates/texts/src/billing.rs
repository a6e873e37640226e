//! Anomalies of costs.

use huntaze_domain::billing::costs::{AnomalyKind, Severity};

use crate::texts;

texts! {
    AnomalyKind {
        HighSpending => "High spending";
        FeatureConcentration => "One operation";
    }
}

texts! {
    Severity {
        Low => "Low";
        Medium => "Medium";
        High => "High";
    }
}
