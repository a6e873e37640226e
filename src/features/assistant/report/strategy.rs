use huntaze_domain::assistant::reports::{AlternativeMessage, SalesStrategy, StrategyStep, Tactic};
use leptos::prelude::*;

use super::{
    confidence_text, css,
    feedback::{FeedbackButtons, FeedbackContext},
};
use crate::{
    features::assistant::Marked,
    ui::{
        card::{Card, CardBody, CardHeader},
        copy_button::CopyButton,
    },
};

/// Sales strategy: pricing, tactics, upsell, funnel, projection and messages to fans.
#[component]
pub(super) fn StrategyView(strategy: SalesStrategy, unverified_numbers: Vec<String>, context: FeedbackContext) -> impl IntoView {
    let unverified_numbers = StoredValue::new(unverified_numbers);
    let marked = move |text: String| view! { <Marked text unverified_numbers=unverified_numbers.get_value()/> };
    let step =
        move |StrategyStep { title, description }: StrategyStep| view! { <li><h4>{marked(title)}</h4> <p>{marked(description)}</p></li> };
    let steps = move |title: &'static str, steps: Vec<StrategyStep>| {
        (!steps.is_empty()).then(|| {
            view! {
                <Card>
                    <CardHeader>
                        <h3>{title}</h3>
                    </CardHeader>
                    <CardBody><ol class=css::list>{steps.into_iter().map(step).collect_view()}</ol></CardBody>
                </Card>
            }
        })
    };
    let tactic = move |(item, Tactic { name, description, rationale }): (i16, Tactic)| {
        view! {
            <li>
                <h4>{marked(name.clone())}</h4>
                <p>{marked(description)}</p>
                <p class=css::meta>"Why: " {marked(rationale)}</p>
                <FeedbackButtons context item what=name/>
            </li>
        }
    };
    let other = move |(number, AlternativeMessage { message, approach, expected_conversion_rate }): (u8, AlternativeMessage)| {
        let id = format!("message-{number}");
        view! {
            <li>
                <p id=id.clone() class=css::message translate="no">{marked(message)}</p>
                <p class=css::meta>{marked(approach)} " " {marked(expected_conversion_rate)}</p>
                <CopyButton target=id what=format!("message {number}")/>
            </li>
        }
    };
    let SalesStrategy {
        message,
        tactics,
        suggested_price,
        confidence,
        expected_conversion_rate,
        alternative_messages,
        pricing,
        upsell,
        funnel,
        projection,
    } = strategy;
    let first = AlternativeMessage {
        message,
        approach: suggested_price.filter(|price| price.minor > 0).map(|price| format!("Suggested price: {price}.")).unwrap_or_default(),
        expected_conversion_rate,
    };
    let messages: Vec<_> = (1..).zip(std::iter::once(first).chain(alternative_messages)).collect();
    view! {
        {steps("Prices", pricing)}
        <Card>
            <CardHeader>
                <h3>"Tactics"</h3>
                {confidence_text(confidence).map(|sure| view! { <p>{format!("On the whole {sure}.")}</p> })}
            </CardHeader>
            <CardBody><ul class=css::list>{(0..).zip(tactics).map(tactic).collect_view()}</ul></CardBody>
        </Card>
        {steps("What to offer next", upsell)}
        {steps("From stranger to fan", funnel)}
        <Card>
            <CardHeader>
                <h3>"What it may come to"</h3>
            </CardHeader>
            <CardBody>
                <p>{marked(projection.outcome)}</p>
                <p>"If all of this is so:"</p>
                <ul class=css::steps>
                    {projection.assumptions.into_iter().map(|assumption| view! { <li>{marked(assumption)}</li> }).collect_view()}
                </ul>
            </CardBody>
        </Card>
        <Card>
            <CardHeader>
                <h3>"Messages to fans"</h3>
            </CardHeader>
            <CardBody><ul class=css::list>{messages.into_iter().map(other).collect_view()}</ul></CardBody>
        </Card>
    }
}
