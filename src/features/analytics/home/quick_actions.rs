use huntaze_domain::{
    integrations::{IntegrationView, IntegrationsStatus},
    onboarding::{Goal, Onboarding},
    page::Page,
};
use leptos::prelude::*;

use super::css;

/// Maximum number of actions shown.
const MAX_ACTIONS: usize = 4;

/// Link to a suggested next step.
#[derive(Debug, Clone, PartialEq, Eq)]
struct QuickAction {
    label: &'static str,
    why: &'static str,
    href: String,
}

/// Suggested next steps, by priority: broken connections first, then actions for the user's goals.
#[component]
pub fn QuickActions(
    /// Onboarding answers, with the goals.
    onboarding: Onboarding,
    /// Connected accounts.
    status: IntegrationsStatus,
) -> impl IntoView {
    view! {
        <section aria-labelledby="quick-actions">
            <h2 id="quick-actions" class=css::heading>"Quick actions"</h2>
            <ul class=css::actions>
                {actions(&onboarding, &status)
                    .into_iter()
                    .map(|action| {
                        view! {
                            <li>
                                <a href=action.href class=css::action>
                                    <strong>{action.label}</strong>
                                    <span class=css::note>{action.why}</span>
                                </a>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </section>
    }
}

fn actions(onboarding: &Onboarding, status: &IntegrationsStatus) -> Vec<QuickAction> {
    let wants = |goal| onboarding.goals.contains(&goal);
    let is_broken = status.integrations.iter().any(IntegrationView::needs_reconnect);
    let has_accounts = !status.integrations.is_empty();
    let has_no_goals = onboarding.goals.is_empty();
    let to = |label, why, href: &str| QuickAction { label, why, href: href.to_owned() };
    let offers = [
        (is_broken, to("Repair a connection", "An account waits for you", Page::Integrations.path())),
        (!has_accounts, to("Connect an account", "Your figures start there", Page::Integrations.path())),
        (
            wants(Goal::IncreaseRevenue) && onboarding.revenue_goal_minor.is_none(),
            to("Set a revenue goal", "A month, in your currency", Page::OnboardingGoals.path()),
        ),
        (wants(Goal::GrowAudience) && has_accounts, to("Look at the quarter", "Reach over 90 days", "/home?range=90d")),
        (wants(Goal::SaveTime) && has_accounts, to("Check your connections", "See what is read, and when", Page::Integrations.path())),
        (has_no_goals, to("Say what matters most", "It comes first then", Page::OnboardingGoals.path())),
        (has_accounts, to("Connect another account", "All figures on one screen", Page::Integrations.path())),
        (true, to("Change your answers", "What you create, and where", Page::OnboardingContentTypes.path())),
        (true, to("Look after your account", "Name, password, devices", Page::Settings.path())),
    ];
    offers.into_iter().filter(|(is_offered, _)| *is_offered).map(|(_, action)| action).take(MAX_ACTIONS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(goals: &[Goal]) -> Vec<&'static str> {
        let onboarding = Onboarding { goals: goals.to_vec(), ..Onboarding::default() };
        let nothing = IntegrationsStatus { integrations: Vec::new(), disconnected: Vec::new(), providers: Vec::new() };
        actions(&onboarding, &nothing).into_iter().map(|action| action.label).collect()
    }

    #[test]
    fn actions_follow_goals_and_are_limited_to_four() {
        assert_eq!(labels(&[]), ["Connect an account", "Say what matters most", "Change your answers", "Look after your account"]);
        assert_eq!(labels(&[Goal::IncreaseRevenue])[1], "Set a revenue goal");
        assert_eq!(labels(&[Goal::GrowAudience])[0], "Connect an account", "the quarter is not suggested without an account");
    }
}
