use huntaze_domain::{assistant::reports::Feedback, ids::ReportId};
use leptos::prelude::*;

use super::css;
use crate::{
    api::assistant::GiveFeedback,
    forms::{Form, FormState},
    ui::{
        a11y::VisuallyHidden,
        button::{Button, ButtonSize, ButtonType, ButtonVariant},
    },
};

/// State shared by all feedback buttons of a report.
#[derive(Clone, Copy)]
pub(super) struct FeedbackContext {
    pub report_id: ReportId,
    pub form: FormState<GiveFeedback>,
    pub before: StoredValue<Vec<Feedback>>,
}

/// Buttons that rate one item of a report as useful or not useful.
#[component]
pub(super) fn FeedbackButtons(context: FeedbackContext, item: i16, what: String) -> impl IntoView {
    let FeedbackContext { report_id, form, before } = context;
    let before = before.with_value(|before| before.iter().find(|feedback| feedback.item_index == item).map(|feedback| feedback.is_useful));
    let part = format!("feedback-{item}");
    let button = |is_useful: bool, label: &'static str, what: String| {
        let is_chosen = before == Some(is_useful);
        view! {
            <Form form refresh=part.clone()>
                <input type="hidden" name="reportId" value=report_id.to_string()/>
                <input type="hidden" name="itemIndex" value=item.to_string()/>
                <input type="hidden" name="isUseful" value=is_useful.to_string()/>
                <Button
                    kind=ButtonType::Submit
                    size=ButtonSize::Small
                    variant=ButtonVariant::Ghost
                    attr:id=format!("feedback-{item}-{is_useful}")
                    attr:aria-pressed=is_chosen.to_string()
                >
                    {if is_chosen { format!("✓ {label}") } else { label.to_owned() }}
                    <VisuallyHidden>{format!(": {what}")}</VisuallyHidden>
                </Button>
            </Form>
        }
    };
    view! {
        <div class=css::feedback data-part=part.clone()>
            {button(true, "Useful", what.clone())}
            {button(false, "Not useful", what)}
        </div>
    }
}
