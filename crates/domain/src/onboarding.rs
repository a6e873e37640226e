//! What a creator tells us at first, and how it is asked.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    choice::{Choice, choices},
    money::Currency,
    platform::Platform,
    validation::FieldErrors,
};

/// How many steps there are.
pub const STEPS: u8 = 3;
/// No monthly goal is higher: a million, in major units.
const HIGHEST_GOAL: i64 = 1_000_000;

choices! {
    /// What a creator makes.
    ContentType {
        /// Pictures.
        Photos = "photos", "Photos";
        /// Films.
        Videos = "videos", "Videos";
        /// What disappears after a day.
        Stories = "stories", "Stories";
        /// Words.
        Text = "text", "Text";
        /// Pay per view.
        Ppv = "ppv", "Paid content (PPV)";
    }
}

choices! {
    /// What a creator wants most.
    Goal {
        /// More people.
        GrowAudience = "grow_audience", "Grow my audience";
        /// More money.
        IncreaseRevenue = "increase_revenue", "Increase my revenue";
        /// Less work.
        SaveTime = "save_time", "Save time";
    }
}

/// What is known so far. `GET /api/onboarding`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Onboarding {
    /// The step to go on with, 1 to 3.
    pub step: u8,
    /// Step 1.
    pub content_types: Vec<ContentType>,
    /// Step 2.
    pub platforms: Vec<Platform>,
    /// Step 3.
    pub goals: Vec<Goal>,
    /// Step 3: a month, in minor units.
    pub revenue_goal_minor: Option<i64>,
    /// The goal's.
    pub currency: Currency,
    /// When it was finished.
    pub completed_at: Option<DateTime<Utc>>,
}

impl Onboarding {
    /// The page to go on with.
    pub fn page(&self) -> String {
        step_page(self.step)
    }
}

/// The page of a step.
pub fn step_page(step: u8) -> String {
    format!("/onboarding/step-{}", step.clamp(1, STEPS))
}

/// Where to go after a step was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Nowhere: the answer was saved in passing.
    Stay,
    /// One step back.
    Back,
    /// On, and the answers of this step stay as they were.
    Skip,
    /// On; from the last step: done.
    Continue,
}

/// `POST /api/onboarding/step`, and the optional last answers of `POST /api/onboarding/complete`. All text, as a form sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OnboardingInput {
    /// `1` to `3`.
    pub step: String,
    /// `stay`, `back`, `skip` or `continue` (default).
    pub action: String,
    /// Words of [`ContentType`].
    pub content_types: Vec<String>,
    /// Words of [`Platform`].
    pub platforms: Vec<String>,
    /// Words of [`Goal`].
    pub goals: Vec<String>,
    /// As typed, in major units.
    pub revenue_goal: String,
    /// In minor units; wins over `revenue_goal`.
    pub revenue_goal_minor: String,
    /// ISO 4217; default USD.
    pub currency: String,
}

/// What was understood of an [`OnboardingInput`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// Where to go.
    pub action: Move,
    /// The step's own answers.
    pub step: StepAnswers,
}

/// The answers of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepAnswers {
    /// What is made.
    ContentTypes(Vec<ContentType>),
    /// Where it is published.
    Platforms(Vec<Platform>),
    /// What matters.
    Goals {
        /// In the order of the list.
        goals: Vec<Goal>,
        /// A month, in minor units.
        revenue_goal_minor: Option<i64>,
        /// The goal's.
        currency: Currency,
    },
}

impl StepAnswers {
    /// 1 to 3.
    pub const fn number(&self) -> u8 {
        match self {
            Self::ContentTypes(_) => 1,
            Self::Platforms(_) => 2,
            Self::Goals { .. } => 3,
        }
    }
}

impl OnboardingInput {
    /// Reads the answers of the step that the input names.
    ///
    /// # Errors
    /// A sentence for each field that is not understood.
    pub fn parse(&self) -> Result<Answers, FieldErrors> {
        let mut errors = FieldErrors::new();
        let action = match self.action.as_str() {
            "stay" => Move::Stay,
            "back" => Move::Back,
            "skip" => Move::Skip,
            "" | "continue" => Move::Continue,
            _ => {
                errors.insert("action".to_owned(), "There is no such step to take.".to_owned());
                Move::Stay
            }
        };
        // What is skipped is not read.
        let nothing = Self::default();
        let read = if action == Move::Skip { &nothing } else { self };
        let step = match self.step.as_str() {
            "1" => Some(StepAnswers::ContentTypes(chosen(&read.content_types, "contentTypes", &mut errors))),
            "2" => Some(StepAnswers::Platforms(chosen(&read.platforms, "platforms", &mut errors))),
            "3" => Some(read.goals(&mut errors)),
            _ => {
                errors.insert("step".to_owned(), "There is no such step.".to_owned());
                None
            }
        };
        match step {
            Some(step) if errors.is_empty() => Ok(Answers { action, step }),
            _ => Err(errors),
        }
    }

    fn goals(&self, errors: &mut FieldErrors) -> StepAnswers {
        let currency = match self.currency.as_str() {
            "" => Some(Currency::default()),
            code => Currency::parse(code),
        };
        if currency.is_none() {
            errors.insert("currency".to_owned(), "Choose a currency of the list.".to_owned());
        }
        let currency = currency.unwrap_or_default();
        let goals = chosen(&self.goals, "goals", errors);
        StepAnswers::Goals { goals, revenue_goal_minor: self.revenue_goal(currency, errors), currency }
    }

    fn revenue_goal(&self, currency: Currency, errors: &mut FieldErrors) -> Option<i64> {
        let is_minor = !self.revenue_goal_minor.is_empty();
        let minor = match (is_minor, self.revenue_goal.trim()) {
            (true, _) => self.revenue_goal_minor.parse().ok(),
            (false, "") => return None,
            (false, typed) => currency.parse_minor(typed),
        };
        let highest = currency.parse_minor(&HIGHEST_GOAL.to_string()).unwrap_or_default();
        if !minor.is_some_and(|minor: i64| (0..=highest).contains(&minor)) {
            let field = if is_minor { "revenueGoalMinor" } else { "revenueGoal" };
            errors.insert(field.to_owned(), "Enter an amount between 0 and 1,000,000, like 1500.".to_owned());
        }
        minor
    }
}

/// The chosen ones, each once, in the order of the list.
fn chosen<C: Choice>(words: &[String], field: &str, errors: &mut FieldErrors) -> Vec<C> {
    if words.iter().any(|word| C::parse(word).is_none()) {
        errors.insert(field.to_owned(), "Choose from the list.".to_owned());
    }
    C::ALL.iter().copied().filter(|choice| words.iter().any(|word| word == choice.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn input(step: &str) -> OnboardingInput {
        OnboardingInput { step: step.to_owned(), ..OnboardingInput::default() }
    }

    #[test]
    fn no_choice_is_a_choice() {
        assert_eq!(input("1").parse(), Ok(Answers { action: Move::Continue, step: StepAnswers::ContentTypes(Vec::new()) }));
    }

    #[test]
    fn what_is_skipped_is_not_read() {
        let skipped = OnboardingInput { action: "skip".to_owned(), revenue_goal: "lots".to_owned(), ..input("3") };
        assert_eq!(skipped.parse().expect("valid").action, Move::Skip);
    }

    #[test]
    fn choices_are_kept_once_and_in_order() {
        let words = ["videos", "photos", "videos"].map(ToOwned::to_owned).to_vec();
        let parsed = OnboardingInput { content_types: words, ..input("1") }.parse().expect("valid");
        assert_eq!(parsed.step, StepAnswers::ContentTypes(vec![ContentType::Photos, ContentType::Videos]));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let bad =
            OnboardingInput { goals: vec!["fame".to_owned()], revenue_goal: "much".to_owned(), currency: "XYZ".to_owned(), ..input("3") };
        let errors = bad.parse().expect_err("nothing is right");
        assert_eq!(errors.keys().collect::<Vec<_>>(), ["currency", "goals", "revenueGoal"]);
        assert!(input("4").parse().expect_err("no such step").contains_key("step"));
        let too_much = OnboardingInput { revenue_goal: "1000001".to_owned(), ..input("3") };
        assert!(too_much.parse().expect_err("too much").contains_key("revenueGoal"));
    }

    #[test]
    fn a_goal_comes_as_typed_or_in_minor_units() {
        for (typed, minor) in [("1,500.50", ""), ("", "150050")] {
            let input = OnboardingInput {
                revenue_goal: typed.to_owned(),
                revenue_goal_minor: minor.to_owned(),
                currency: "eur".to_owned(),
                ..input("3")
            };
            let goals = StepAnswers::Goals { goals: Vec::new(), revenue_goal_minor: Some(150_050), currency: Currency::Eur };
            assert_eq!(input.parse().expect("valid").step, goals);
        }
    }

    proptest! {
        #[test]
        fn arbitrary_input_never_panics(step in ".{0,3}", word in ".*", goal in ".*", minor in ".*", currency in ".*") {
            let _ = OnboardingInput {
                step, goals: vec![word], revenue_goal: goal, revenue_goal_minor: minor, currency, ..OnboardingInput::default()
            }.parse();
        }
    }
}
