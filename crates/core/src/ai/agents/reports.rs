//! Reports of the analytics and the sales agent: metrics in, JSON that matches a schema out.

use std::ops::RangeInclusive;

use huntaze_domain::{
    ai::Operation,
    assistant::reports::{
        ACTION_ITEM_COUNT, ALTERNATIVE_MESSAGE_COUNT, ASSUMPTION_COUNT, AiReportBody, FUNNEL_STEP_COUNT, INSIGHT_COUNT, PATTERN_COUNT,
        PREDICTION_COUNT, PRICING_STEP_COUNT, PerformanceAnalysis, RECOMMENDATION_COUNT, SalesStrategy, TACTIC_COUNT, UPSELL_STEP_COUNT,
    },
};
use serde_json::{Value, json};

use super::fence::RULE;
use crate::ai::Prompt;

/// Token limit for a report, including the model's thoughts.
const MAX_OUTPUT_TOKENS: u32 = 8192;

/// Returns the prompt that asks for a report on metrics, in the format that the tools return.
pub fn report_prompt(operation: Operation, figures: &Value) -> Prompt {
    let (duty, schema) = match operation {
        Operation::Optimize => (
            "You are the sales agent of Huntaze. Work out how this creator can earn more from the audience that there is: prices, what to offer \
next, the way from a stranger to a fan who pays, and what that may come to. Name every assumption. Leave suggestedPrice out where the \
figures do not say enough.",
            strategy_schema(),
        ),
        _ => (
            "You are the analytics agent of Huntaze. Explain what these figures of a content creator mean: what stands out, what repeats \
itself, what may come, and what to do. Tell what is known from what you suppose.",
            analysis_schema(),
        ),
    };
    let instruction = format!(
        "{duty} Use the figures below and no others: write each exactly as it is given, and where one is unknown, say so instead of guessing. \
Every confidence is between 0 and 1. {RULE}"
    );
    Prompt::structured(instruction, format!("Figures:\n{figures}"), schema, MAX_OUTPUT_TOKENS)
}

/// Parses a report and checks its contents.
///
/// # Errors
/// The reason why the answer is invalid, as a sentence for the model.
pub fn read_report(operation: Operation, answer: &str) -> Result<AiReportBody, String> {
    let body = match operation {
        Operation::Optimize => serde_json::from_str::<SalesStrategy>(answer).map(|strategy| AiReportBody::Strategy(Box::new(strategy))),
        _ => serde_json::from_str::<PerformanceAnalysis>(answer).map(AiReportBody::Analysis),
    };
    let body = body.map_err(|_| "it was not the JSON of the schema.".to_owned())?;
    body.validate().map(|()| body)
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn confidence() -> Value {
    json!({ "type": "number", "minimum": 0, "maximum": 1 })
}

fn importance() -> Value {
    json!({ "type": "string", "enum": ["high", "medium", "low"] })
}

fn object(properties: &Value) -> Value {
    let names: Vec<_> = properties.as_object().into_iter().flat_map(|properties| properties.keys().cloned()).collect();
    json!({ "type": "object", "properties": properties, "required": names })
}

fn list(length: &RangeInclusive<usize>, properties: &Value) -> Value {
    json!({ "type": "array", "minItems": length.start(), "maxItems": length.end(), "items": object(properties) })
}

fn texts(length: &RangeInclusive<usize>) -> Value {
    json!({ "type": "array", "minItems": length.start(), "maxItems": length.end(), "items": { "type": "string" } })
}

fn analysis_schema() -> Value {
    object(&json!({
        "insights": list(&INSIGHT_COUNT, &json!({
            "type": text("What it is about, in a word."), "title": text("A few words."), "description": text("A sentence or two."),
            "impact": importance(),
        })),
        "recommendations": list(&RECOMMENDATION_COUNT, &json!({
            "title": text("A few words."), "description": text("A sentence or two."), "priority": importance(),
            "expectedImpact": text("What it may bring."), "actionItems": texts(&ACTION_ITEM_COUNT),
        })),
        "patterns": list(&PATTERN_COUNT, &json!({
            "name": text("A few words."), "description": text("A sentence or two."), "frequency": text("How often."), "confidence": confidence(),
        })),
        "predictions": list(&PREDICTION_COUNT, &json!({
            "metric": text("Which figure."), "prediction": text("What may become of it."), "confidence": confidence(),
            "timeframe": text("Until when."),
        })),
        "confidence": confidence(),
    }))
}

fn strategy_schema() -> Value {
    let step = json!({ "title": text("A few words."), "description": text("A sentence or two.") });
    let mut schema = object(&json!({
        "message": text("A message to fans, ready to send."),
        "tactics": list(&TACTIC_COUNT, &json!({
            "name": text("A few words."), "description": text("A sentence or two."), "rationale": text("Why it may work here."),
        })),
        "confidence": confidence(),
        "expectedConversionRate": text("How many of a hundred who read it may buy, and why."),
        "alternativeMessages": list(&ALTERNATIVE_MESSAGE_COUNT, &json!({
            "message": text("Ready to send."), "approach": text("What it tries."),
            "expectedConversionRate": text("How many of a hundred who read it may buy."),
        })),
        "pricing": list(&PRICING_STEP_COUNT, &step),
        "upsell": list(&UPSELL_STEP_COUNT, &step),
        "funnel": list(&FUNNEL_STEP_COUNT, &step),
        "projection": object(&json!({ "outcome": text("What it may come to, in a sentence."), "assumptions": texts(&ASSUMPTION_COUNT) })),
    }));
    // Added after `required` was computed: the model omits the price if the metrics do not suffice.
    schema["properties"]["suggestedPrice"] = object(&json!({
        "minor": { "type": "integer", "minimum": 0, "description": "In the currency's minor units, as cents." },
        "currency": { "type": "string", "enum": ["USD", "EUR", "GBP", "CAD", "AUD", "CHF", "JPY"] },
    }));
    schema
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn report_prompts_match_snapshots() {
        for operation in [Operation::Analyze, Operation::Optimize] {
            let prompt = report_prompt(operation, &json!({ "views": "12,345" }));
            insta::assert_json_snapshot!(
                format!("{operation:?}"),
                json!([prompt.system_instruction, format!("{:?}", prompt.turns), prompt.schema])
            );
        }
    }

    #[test]
    fn answer_other_than_json_is_rejected() {
        for operation in [Operation::Analyze, Operation::Optimize] {
            assert_eq!(read_report(operation, "```json\n{}\n```"), Err("it was not the JSON of the schema.".to_owned()));
        }
    }

    proptest! {
        #[test]
        fn parsing_arbitrary_answers_never_panics(answer in "\\PC*") {
            let _ = read_report(Operation::Analyze, &answer);
            let _ = read_report(Operation::Optimize, &answer);
        }
    }
}
