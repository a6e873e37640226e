//! Onboarding questionnaire of three steps.

mod frame;
mod steps;

pub use steps::{ContentTypesStep, GoalsStep, PlatformsStep};

stylance::import_crate_style!(css, "src/features/onboarding/onboarding.module.css");
