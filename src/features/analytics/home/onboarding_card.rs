use huntaze_domain::{onboarding::Onboarding, page::Page, string_enum::StringEnum};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::css;
use crate::ui::card::{Card, CardBody, CardHeader};

/// Onboarding answers of the user, with a link to change them.
#[component]
pub fn OnboardingCard(onboarding: Onboarding) -> impl IntoView {
    let goal = onboarding
        .revenue_goal_minor
        .map(|minor| format!("{} {} a month", onboarding.currency.format_minor(minor), onboarding.currency.code()));
    view! {
        <Card>
            <CardHeader>
                <h2>"What you told us"</h2>
            </CardHeader>
            <CardBody>
                <dl class=css::answers>
                    <Answer question="You create" answer=labels(&onboarding.content_types)/>
                    <Answer question="You publish on" answer=labels(&onboarding.platforms)/>
                    <Answer question="What matters most" answer=labels(&onboarding.goals)/>
                    {goal.map(|goal| view! { <Answer question="Revenue goal" answer=goal/> })}
                </dl>
                <p><a href=Page::OnboardingContentTypes.path()>"Change your answers"</a></p>
            </CardBody>
        </Card>
    }
}

#[component]
fn Answer(question: &'static str, answer: String) -> impl IntoView {
    view! {
        <div class=css::answer>
            <dt>{question}</dt>
            <dd>{answer}</dd>
        </div>
    }
}

fn labels<C: StringEnum + Text>(choices: &[C]) -> String {
    if choices.is_empty() {
        return "No choice".to_owned();
    }
    choices.iter().map(|choice| choice.text()).collect::<Vec<_>>().join(", ")
}
