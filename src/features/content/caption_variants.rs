use huntaze_domain::{
    assistant::grounding,
    content::{
        captions::{CaptionRequest, CaptionVariant, Captions},
        drafts::TEXT_RULES,
        x_length::TopLevelDomains,
    },
    ids::CaptionsId,
    platform::Platform,
    string_enum::StringEnum,
};
use huntaze_texts::{
    Text,
    content::{limit_error, unverified_warning, usage_text},
};
use leptos::prelude::*;

use super::css;
use crate::{
    api::content::{CreateDraft, GenerateCaption},
    features::{
        ai::RegenerateButton,
        billing::Cost,
        integrations::SandboxBadge,
        time::{LocalTime, RelativeTime},
    },
    forms::{Form, FormError, FormState, FormSuccess, rules},
    ui::{
        a11y::VisuallyHidden,
        button::{Button, ButtonSize, ButtonType},
        card::{Card, CardBody, CardHeader},
        copy_button::CopyButton,
        field::Field,
        text_area::TextArea,
    },
};

/// DOM id of the heading; [`captions_page`](huntaze_domain::page::captions_page) links to it.
const ID: &str = "variants";
/// Ids and labels of the text areas, in which variants can be edited before they are copied or saved.
const TEXTS: [(&str, &str); 3] =
    [("variant-1", "Text of variant 1"), ("variant-2", "Text of variant 2"), ("variant-3", "Text of variant 3")];

/// Generated caption variants, side by side, each with a form that saves it as a draft.
#[component]
pub fn CaptionVariants(
    /// Variants, with their request and usage.
    captions: Captions,
    /// Form that generated the captions; the regenerate button submits it again.
    form: FormState<GenerateCaption>,
    /// Form that saves a variant as a draft.
    keep: FormState<CreateDraft>,
) -> impl IntoView {
    let Captions { id, request, variants, unverified_numbers, usage, is_sandbox, created_at } = captions;
    let platform = request.platform;
    let is_cache_hit = usage.is_cache_hit;
    // Index of the variant that was posted without JavaScript; the error belongs to it.
    let sent = keep.value_of("variantIndex").parse::<u8>().ok().filter(|_| keep.value_of("captionsId") == id.to_string());
    let variant = |(index, (variant, (name, label))): (u8, (CaptionVariant, (&'static str, &'static str)))| {
        let refused = keep.error_of("text").filter(|_| sent == Some(index));
        let context =
            VariantContext { captions_id: id, index, name, label, platform, unverified_numbers: unverified_numbers.clone(), refused };
        view! { <li><Variant variant context keep/></li> }
    };
    let variants: Vec<_> = (0..).zip(variants.into_iter().zip(TEXTS)).map(variant).collect();
    view! {
        <section aria-labelledby=ID class=css::variants>
            <div class=css::head>
                <h2 id=ID tabindex="-1">{format!("Captions for {}", platform.text())}</h2>
                {is_sandbox.then(|| view! { <SandboxBadge/> })}
                <p class=css::meta><RelativeTime time=created_at/></p>
            </div>
            <FormError form=keep/>
            <FormSuccess form=keep text="It is kept with your drafts." toasted=true/>
            <ul class=css::list>{variants}</ul>
            <p class=css::meta><LocalTime time=created_at/> ". " <Cost usage/></p>
            {is_cache_hit.then(|| view! { <RegenerateButton form request=fields(&request)/> })}
        </section>
    }
}

/// Returns the request as names and values of form fields.
fn fields(request: &CaptionRequest) -> Vec<(&'static str, String)> {
    let CaptionRequest { platform, content_type, tone, keywords, description } = request;
    let choices = [("platform", platform.as_str()), ("contentType", content_type.as_str()), ("tone", tone.as_str())];
    let texts = [("keywords[]", keywords.join(", ")), ("description", description.clone())];
    choices.map(|(name, word)| (name, word.to_owned())).into_iter().chain(texts).collect()
}

/// Which variant it is.
struct VariantContext {
    captions_id: CaptionsId,
    /// From 0.
    index: u8,
    /// Id and label of its text area.
    name: &'static str,
    label: &'static str,
    platform: Platform,
    /// Numbers in the captions that do not occur in the request.
    unverified_numbers: Vec<String>,
    /// Error of a post without JavaScript.
    refused: Option<String>,
}

/// One variant. `islands::AICaptionGenerator` counts its text again while it is edited.
#[component]
fn Variant(variant: CaptionVariant, context: VariantContext, keep: FormState<CreateDraft>) -> impl IntoView {
    let VariantContext { captions_id, index, name, label, platform, unverified_numbers, refused } = context;
    let text = variant.text();
    let number = index + 1;
    let unverified = grounding::still_unverified(&format!("{text}\n{}", variant.rationale), &unverified_numbers);
    let (warning, domains) = (unverified_warning(&unverified), TopLevelDomains::all());
    let error = refused.or_else(|| limit_error(platform, &text, Some(domains)));
    let (usage, has_no_warning) = (usage_text(platform, &text, Some(domains)), warning.is_none());
    view! {
        <Card>
            <CardHeader>
                <h3>{format!("Variant {number}")}</h3>
                <p data-slot="rationale" dir="auto" translate="no">{variant.rationale}</p>
            </CardHeader>
            <CardBody>
                <div data-slot="variant">
                    <Form form=keep class=css::form refresh="drafts">
                        <input type="hidden" name="captionsId" value=captions_id.to_string()/>
                        <input type="hidden" name="variantIndex" value=index.to_string()/>
                        <Field name="text" id=name label rules=rules(TEXT_RULES) error>
                            <TextArea rows=8 value=text/>
                        </Field>
                        <p class=css::meta data-slot="usage">{usage}</p>
                        <p class=css::unverified data-slot="unverified" hidden=has_no_warning>{warning}</p>
                        <div class=css::actions>
                            <Button kind=ButtonType::Submit size=ButtonSize::Small>
                                "Keep as draft"
                                <VisuallyHidden>{format!(": variant {number}")}</VisuallyHidden>
                            </Button>
                            <CopyButton target=format!("field-{name}") what=format!("variant {number}")/>
                        </div>
                    </Form>
                </div>
            </CardBody>
        </Card>
    }
}
