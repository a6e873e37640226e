use huntaze_domain::assistant::reports::{Insight, Pattern, PerformanceAnalysis, Prediction, Recommendation};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::{
    confidence_text, css,
    feedback::{FeedbackButtons, FeedbackContext},
};
use crate::{
    features::assistant::Marked,
    ui::{
        badge::{Badge, BadgeTone},
        card::{Card, CardBody, CardHeader},
    },
};

/// Performance analysis: insights, recommendations, patterns and predictions.
#[component]
pub(super) fn AnalysisView(analysis: PerformanceAnalysis, unverified_numbers: Vec<String>, context: FeedbackContext) -> impl IntoView {
    let PerformanceAnalysis { insights, recommendations, patterns, predictions, confidence } = analysis;
    let unverified_numbers = StoredValue::new(unverified_numbers);
    let marked = move |text: String| view! { <Marked text unverified_numbers=unverified_numbers.get_value()/> };
    let insight = move |Insight { title, description, impact, .. }: Insight| {
        view! {
            <li>
                <h4>{marked(title)} " " <Badge tone=BadgeTone::Neutral>{format!("{} impact", impact.text())}</Badge></h4>
                <p>{marked(description)}</p>
            </li>
        }
    };
    let recommendation = move |(item, recommendation): (i16, Recommendation)| {
        let Recommendation { title, description, priority, expected_impact, action_items } = recommendation;
        view! {
            <li>
                <h4>{marked(title.clone())} " " <Badge tone=BadgeTone::Brand>{format!("{} priority", priority.text())}</Badge></h4>
                <p>{marked(description)}</p>
                <ol class=css::steps>{action_items.into_iter().map(|step| view! { <li>{marked(step)}</li> }).collect_view()}</ol>
                <p class=css::meta>"Expected: " {marked(expected_impact)}</p>
                <FeedbackButtons context item what=title/>
            </li>
        }
    };
    let pattern = move |Pattern { name, description, frequency, confidence }: Pattern| {
        view! {
            <li>
                <h4>{marked(name)}</h4>
                <p>{marked(description)}</p>
                <p class=css::meta>{marked(frequency)} {confidence_text(confidence).map(|sure| format!(", {sure}"))}</p>
            </li>
        }
    };
    let prediction = move |Prediction { metric, prediction, confidence, timeframe }: Prediction| {
        view! {
            <li>
                <h4>{marked(metric)}</h4>
                <p>{marked(prediction)}</p>
                <p class=css::meta>{marked(timeframe)} {confidence_text(confidence).map(|sure| format!(", {sure}"))}</p>
            </li>
        }
    };
    let patterns = patterns.into_iter().map(|item| pattern(item).into_any());
    let outlook: Vec<_> = patterns.chain(predictions.into_iter().map(|item| prediction(item).into_any())).collect();
    let outlook = (!outlook.is_empty()).then_some(outlook);
    view! {
        <Card>
            <CardHeader>
                <h3>"What stands out"</h3>
                {confidence_text(confidence).map(|sure| view! { <p>{format!("On the whole {sure}.")}</p> })}
            </CardHeader>
            <CardBody><ul class=css::list>{insights.into_iter().map(insight).collect_view()}</ul></CardBody>
        </Card>
        <Card>
            <CardHeader>
                <h3>"What to do"</h3>
            </CardHeader>
            <CardBody><ul class=css::list>{(0..).zip(recommendations).map(recommendation).collect_view()}</ul></CardBody>
        </Card>
        {outlook.map(|outlook| {
            view! {
                <Card>
                    <CardHeader>
                        <h3>"What repeats itself, and what may come"</h3>
                    </CardHeader>
                    <CardBody><ul class=css::list>{outlook}</ul></CardBody>
                </Card>
            }
        })}
    }
}
