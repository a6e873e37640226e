//! Onboarding: the questions for new users, in three steps, and the parsing of their answers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    money::Currency,
    page::Page,
    platform::Platform,
    string_enum::{StringEnum, string_enum},
    validation::FieldErrors,
};
use crate::validation::{FieldError, add_error};

/// Number of steps.
pub const STEP_COUNT: u8 = 3;
/// Maximum monthly revenue goal, in major units.
const MAX_REVENUE_GOAL: i64 = 1_000_000;

string_enum! {
    /// Type of content that a user creates.
    ContentType {
        /// Photos.
        Photos = "photos";
        /// Videos.
        Videos = "videos";
        /// Stories, which disappear after a day.
        Stories = "stories";
        /// Text posts.
        Text = "text";
        /// Pay-per-view content.
        Ppv = "ppv";
    }
}

string_enum! {
    /// What a user wants to achieve.
    Goal {
        /// Reach more people.
        GrowAudience = "grow_audience";
        /// Earn more.
        IncreaseRevenue = "increase_revenue";
        /// Spend less time.
        SaveTime = "save_time";
    }
}

/// `GET /api/onboarding`: the stored answers and the progress.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Onboarding {
    /// Next step, 1 to 3.
    pub step: u8,
    /// Answer of step 1.
    pub content_types: Vec<ContentType>,
    /// Answer of step 2.
    pub platforms: Vec<Platform>,
    /// Answer of step 3.
    pub goals: Vec<Goal>,
    /// Answer of step 3: monthly revenue goal in minor units; `None` if the user has not set one.
    pub revenue_goal_minor: Option<i64>,
    /// Currency of the revenue goal.
    pub currency: Currency,
    /// Time of completion; `None` until then.
    pub completed_at: Option<DateTime<Utc>>,
}

impl Onboarding {
    /// Returns the page of the next step; numbers out of range are those of the first or the last step.
    pub const fn page(&self) -> Page {
        match self.step {
            0 | 1 => Page::OnboardingContentTypes,
            2 => Page::OnboardingPlatforms,
            _ => Page::OnboardingGoals,
        }
    }
}

/// Navigation after a step has been submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepAction {
    /// Stay on the step; the answers are saved in the background.
    Stay,
    /// Go back one step.
    Back,
    /// Go to the next step and leave the stored answers of this step unchanged.
    Skip,
    /// Go to the next step; on the last step, complete the onboarding.
    Continue,
}

/// `POST /api/onboarding/step`, and the optional answers of `POST /api/onboarding/complete`. All fields are text, as sent by a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OnboardingInput {
    /// Number of the step, `1` to `3`.
    pub step: String,
    /// `stay`, `back`, `skip` or `continue` (default).
    pub action: String,
    /// Words of [`ContentType`].
    pub content_types: Vec<String>,
    /// Words of [`Platform`].
    pub platforms: Vec<String>,
    /// Words of [`Goal`].
    pub goals: Vec<String>,
    /// Monthly revenue goal as typed, in major units.
    pub revenue_goal: String,
    /// Monthly revenue goal in minor units; takes precedence over `revenue_goal`.
    pub revenue_goal_minor: String,
    /// ISO 4217 code; defaults to USD.
    pub currency: String,
}

/// A validated [`OnboardingInput`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepSubmission {
    /// Where to go next.
    pub action: StepAction,
    /// Answers of the submitted step.
    pub step: StepAnswers,
}

/// Answers of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepAnswers {
    /// Step 1: types of content.
    ContentTypes(Vec<ContentType>),
    /// Step 2: platforms.
    Platforms(Vec<Platform>),
    /// Step 3: goals.
    Goals {
        /// Goals in the order of [`Goal`], without duplicates.
        goals: Vec<Goal>,
        /// Monthly revenue goal in minor units; `None` if it was left empty.
        revenue_goal_minor: Option<i64>,
        /// Currency of the revenue goal.
        currency: Currency,
    },
}

impl StepAnswers {
    /// Returns the number of the step, 1 to 3.
    pub const fn number(&self) -> u8 {
        match self {
            Self::ContentTypes(_) => 1,
            Self::Platforms(_) => 2,
            Self::Goals { .. } => 3,
        }
    }
}

impl OnboardingInput {
    /// Parses the answers of the step that the input names. The answers are ignored if the step is skipped.
    pub fn parse(&self) -> Result<StepSubmission, FieldErrors> {
        let mut errors = FieldErrors::new();
        let action = match self.action.as_str() {
            "stay" => StepAction::Stay,
            "back" => StepAction::Back,
            "skip" => StepAction::Skip,
            "" | "continue" => StepAction::Continue,
            _ => {
                add_error(&mut errors, "action", FieldError::StepActionUnknown);
                StepAction::Stay
            }
        };
        // Answers of a skipped step are ignored, even if they are invalid.
        let nothing = Self::default();
        let read = if action == StepAction::Skip { &nothing } else { self };
        let step = match self.step.as_str() {
            "1" => Some(StepAnswers::ContentTypes(parse_choices(&read.content_types, "contentTypes", &mut errors))),
            "2" => Some(StepAnswers::Platforms(parse_choices(&read.platforms, "platforms", &mut errors))),
            "3" => Some(read.goals(&mut errors)),
            _ => {
                add_error(&mut errors, "step", FieldError::StepUnknown);
                None
            }
        };
        match step {
            Some(step) if errors.is_empty() => Ok(StepSubmission { action, step }),
            _ => Err(errors),
        }
    }

    /// Parses all answers at once: those of the step that the input names, if it names one, and whatever else is there.
    ///
    /// # Errors
    /// Any answer is invalid, or there is no such step.
    pub fn parse_all(&self) -> Result<Vec<StepAnswers>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let named = if self.step.is_empty() { None } else { self.parse().map_err(|found| errors.extend(found)).ok() };
        let is_named = |number| named.as_ref().is_some_and(|named| named.step.number() == number);
        let has_goals =
            [self.goals.concat(), self.revenue_goal.clone(), self.revenue_goal_minor.clone()].iter().any(|text| !text.is_empty());
        let mut answers = Vec::new();
        if !self.content_types.is_empty() && !is_named(1) {
            answers.push(StepAnswers::ContentTypes(parse_choices(&self.content_types, "contentTypes", &mut errors)));
        }
        if !self.platforms.is_empty() && !is_named(2) {
            answers.push(StepAnswers::Platforms(parse_choices(&self.platforms, "platforms", &mut errors)));
        }
        if has_goals && !is_named(3) {
            answers.push(self.goals(&mut errors));
        }
        answers.extend(named.filter(|named| named.action != StepAction::Skip).map(|named| named.step));
        if errors.is_empty() { Ok(answers) } else { Err(errors) }
    }

    fn goals(&self, errors: &mut FieldErrors) -> StepAnswers {
        let currency = match self.currency.as_str() {
            "" => Some(Currency::default()),
            code => Currency::parse(code),
        };
        if currency.is_none() {
            add_error(errors, "currency", FieldError::CurrencyUnknown);
        }
        let currency = currency.unwrap_or_default();
        let goals = parse_choices(&self.goals, "goals", errors);
        StepAnswers::Goals { goals, revenue_goal_minor: self.revenue_goal(currency, errors), currency }
    }

    fn revenue_goal(&self, currency: Currency, errors: &mut FieldErrors) -> Option<i64> {
        let is_minor = !self.revenue_goal_minor.is_empty();
        let minor = match (is_minor, self.revenue_goal.trim()) {
            (true, _) => self.revenue_goal_minor.parse().ok(),
            (false, "") => return None,
            (false, typed) => currency.parse_minor(typed),
        };
        let highest = currency.parse_minor(&MAX_REVENUE_GOAL.to_string()).unwrap_or_default();
        if !minor.is_some_and(|minor: i64| (0..=highest).contains(&minor)) {
            let field = if is_minor { "revenueGoalMinor" } else { "revenueGoal" };
            add_error(errors, field, FieldError::GoalInvalid);
        }
        minor
    }
}

/// Parses the chosen words, without duplicates and in display order. Empty words are dropped; unknown ones add a message for `field`.
fn parse_choices<C: StringEnum>(words: &[String], field: &str, errors: &mut FieldErrors) -> Vec<C> {
    if words.iter().any(|word| !word.is_empty() && C::parse(word).is_none()) {
        add_error(errors, field, FieldError::NotListed);
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
    fn parse_without_choices_is_valid() {
        assert_eq!(input("1").parse(), Ok(StepSubmission { action: StepAction::Continue, step: StepAnswers::ContentTypes(Vec::new()) }));
    }

    #[test]
    fn parse_all_takes_whatever_is_there() {
        assert_eq!(OnboardingInput::default().parse_all(), Ok(Vec::new()));
        let words = |word: &str| vec![word.to_owned()];
        let all =
            OnboardingInput { content_types: words("ppv"), platforms: words("x"), goals: words("save_time"), ..OnboardingInput::default() };
        let numbers = |input: &OnboardingInput| input.parse_all().expect("valid").iter().map(StepAnswers::number).collect::<Vec<_>>();
        assert_eq!(numbers(&all), [1, 2, 3]);
        assert_eq!(numbers(&OnboardingInput { step: "1".to_owned(), ..all.clone() }), [2, 3, 1]);
        assert_eq!(numbers(&OnboardingInput { step: "1".to_owned(), action: "skip".to_owned(), ..all.clone() }), [2, 3]);
        let bad = OnboardingInput { platforms: words("nowhere"), step: "4".to_owned(), ..all };
        assert_eq!(bad.parse_all().expect_err("invalid").into_keys().collect::<Vec<_>>(), ["platforms", "step"]);
    }

    #[test]
    fn parse_of_skipped_step_ignores_invalid_answers() {
        let skipped = OnboardingInput { action: "skip".to_owned(), revenue_goal: "lots".to_owned(), ..input("3") };
        assert_eq!(skipped.parse().expect("valid").action, StepAction::Skip);
    }

    #[test]
    fn parse_sorts_and_deduplicates_choices() {
        let words = ["videos", "photos", "videos"].map(ToOwned::to_owned).to_vec();
        let parsed = OnboardingInput { content_types: words, ..input("1") }.parse().expect("valid");
        assert_eq!(parsed.step, StepAnswers::ContentTypes(vec![ContentType::Photos, ContentType::Videos]));
    }

    #[test]
    fn parse_of_invalid_answers_names_all_fields() {
        let bad =
            OnboardingInput { goals: vec!["fame".to_owned()], revenue_goal: "much".to_owned(), currency: "XYZ".to_owned(), ..input("3") };
        let errors = bad.parse().expect_err("all fields are invalid");
        assert_eq!(errors.keys().collect::<Vec<_>>(), ["currency", "goals", "revenueGoal"]);
        assert!(input("4").parse().expect_err("no such step").contains_key("step"));
        let too_much = OnboardingInput { revenue_goal: "1000001".to_owned(), ..input("3") };
        assert!(too_much.parse().expect_err("above the maximum").contains_key("revenueGoal"));
    }

    #[test]
    fn parse_accepts_goal_in_major_or_minor_units() {
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
        fn parse_of_any_text_does_not_panic(step in ".{0,3}", word in ".*", goal in ".*", minor in ".*", currency in ".*") {
            let _ = OnboardingInput {
                step, goals: vec![word], revenue_goal: goal, revenue_goal_minor: minor, currency, ..OnboardingInput::default()
            }.parse();
        }
    }
}
