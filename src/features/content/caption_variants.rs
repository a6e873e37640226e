use huntaze_domain::{
    assistant::grounding,
    content::captions::{CaptionLimits, CaptionRequest, CaptionVariant, Captions},
    ids::CaptionsId,
    money::grouped,
    platform::Platform,
    string_enum::StringEnum,
};
use huntaze_texts::{self as texts, Text};
use leptos::prelude::*;

use super::css;
use crate::{
    api::content::{CreateDraft, GenerateCaption},
    features::{ai::RegenerateButton, billing::Cost, integrations::SandboxBadge},
    forms::{Form, FormError, FormState, FormSuccess},
    hooks::{document::focus_id, time::LocalTime},
    ui::{
        a11y::VisuallyHidden,
        button::{Button, ButtonSize, ButtonType},
        card::{Card, CardBody, CardHeader},
        copy_button::CopyButton,
        field::Field,
        text_area::TextArea,
    },
};

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
    /// Whether they have just been generated; if so, their heading receives the focus.
    is_new: bool,
) -> impl IntoView {
    Effect::new(move || {
        if is_new {
            // Clear the error that belongs to the previous captions.
            keep.form_error.set(None);
            // Wait until the heading is in the DOM.
            request_animation_frame(|| focus_id(ID));
        }
    });
    let Captions { id, request, variants, unverified_numbers, usage, is_sandbox, created_at } = captions;
    let unverified_numbers = StoredValue::new(unverified_numbers);
    let platform = request.platform;
    let is_cache_hit = usage.is_cache_hit;
    let variants: Vec<_> = variants.into_iter().zip(TEXTS).collect();
    let sent = RwSignal::new(keep.value_of("variantIndex").parse().ok().filter(|_| keep.value_of("captionsId") == id.to_string()));
    view! {
        <section aria-labelledby=ID class=css::variants>
            <div class=css::head>
                <h2 id=ID tabindex="-1">{format!("Captions for {}", platform.text())}</h2>
                {is_sandbox.then(|| view! { <SandboxBadge/> })}
            </div>
            <FormError form=keep/>
            <FormSuccess form=keep text="It is kept with your drafts." toasted=true/>
            <ul class=css::list>
                // The key includes the id of the captions, so that edits of previous variants are discarded.
                <For each=move || variants.clone() key=move |(_, (name, _))| (id, *name) let((variant, (name, label)))>
                    <li><Variant captions_id=id variant unverified_numbers name label platform keep sent/></li>
                </For>
            </ul>
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

#[component]
fn Variant(
    captions_id: CaptionsId,
    variant: CaptionVariant,
    /// Numbers in the captions that do not occur in the request.
    unverified_numbers: StoredValue<Vec<String>>,
    name: &'static str,
    label: &'static str,
    platform: Platform,
    keep: FormState<CreateDraft>,
    /// Index of the variant that was submitted last; field errors belong to it.
    sent: RwSignal<Option<u8>>,
) -> impl IntoView {
    let text = RwSignal::new(variant.text());
    let rationale = variant.rationale.clone();
    let warning = move || {
        let numbers = text.with(|text| {
            unverified_numbers
                .with_value(|unverified_numbers| grounding::still_unverified(&format!("{text}\n{rationale}"), unverified_numbers))
        });
        (!numbers.is_empty()).then(|| format!("Check, as you did not give it: {}.", numbers.join("; ")))
    };
    let number = name.trim_start_matches("variant-");
    let index = number.parse::<u8>().map_or(0, |number| number.saturating_sub(1));
    let refused = keep.error_of("text");
    let error = Signal::derive(move || {
        refused.get().filter(|_| sent.get() == Some(index)).or_else(|| text.with(|text| limit_error(platform, text)))
    });
    let is_blocked = Signal::derive(move || keep.is_pending().get() || text.with(|text| text.trim().is_empty()));
    view! {
        <Card>
            <CardHeader>
                <h3>{format!("Variant {number}")}</h3>
                <p>{variant.rationale}</p>
            </CardHeader>
            <CardBody>
                <div on:submit:capture=move |_| sent.set(Some(index))>
                <Form form=keep class=css::form>
                    <input type="hidden" name="captionsId" value=captions_id.to_string()/>
                    <input type="hidden" name="variantIndex" value=index.to_string()/>
                    <Field name="text" id=name label error>
                        <TextArea rows=8 value=text.get_untracked() on_input=Callback::new(move |typed| text.set(typed))/>
                    </Field>
                    <p class=css::meta>{move || text.with(|text| usage_text(platform, text))}</p>
                    {move || warning().map(|warning| view! { <p class=css::unverified>{warning}</p> })}
                    <div class=css::actions>
                        <Button kind=ButtonType::Submit size=ButtonSize::Small disabled=is_blocked>
                            "Keep as draft"
                            <VisuallyHidden>{format!(": variant {number}")}</VisuallyHidden>
                        </Button>
                        <CopyButton text what=format!("variant {number}")/>
                    </div>
                </Form>
                </div>
            </CardBody>
        </Card>
    }
}

fn count(number: usize) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

fn hashtags(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.len() > 1 && word.starts_with('#')).count()
}

/// Formats the length and hashtag count of `text` against the platform's limits.
fn usage_text(platform: Platform, text: &str) -> String {
    let limits = CaptionLimits::of(platform);
    let length = format!("{} of {}", count(limits.length(text)), texts::content::length(limits.max_length, limits.unit));
    match limits.hashtags {
        0 => length,
        most => format!("{length}, {} of {} hashtags", count(hashtags(text)), count(most)),
    }
}

/// Returns why `text` exceeds the platform's limits, or `None` if it fits.
fn limit_error(platform: Platform, text: &str) -> Option<String> {
    let limits = CaptionLimits::of(platform);
    let (length, tags) = (limits.length(text), hashtags(text));
    match (length.saturating_sub(limits.max_length), tags.saturating_sub(limits.hashtags)) {
        (over @ 1.., _) => Some(format!("Too long by {}.", texts::content::length(over, limits.unit))),
        (_, 1..) if limits.hashtags == 0 => Some("Hashtags mean nothing there.".to_owned()),
        (_, over @ 1..) => Some(format!("Hashtags too many: {}.", count(over))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caption_over_limit_returns_error() {
        assert_eq!(usage_text(Platform::X, "The sea. #sea"), "13 of 280 characters, 1 of 140 hashtags");
        assert_eq!(limit_error(Platform::X, "The sea. #sea"), None);
        assert_eq!(limit_error(Platform::X, &"a".repeat(281)).as_deref(), Some("Too long by 1 character."));
        assert_eq!(usage_text(Platform::Reddit, "The sea."), "8 of 300 characters");
        assert_eq!(limit_error(Platform::Reddit, "The sea. #sea").as_deref(), Some("Hashtags mean nothing there."));
        assert_eq!(limit_error(Platform::Instagram, &"#a ".repeat(31)).as_deref(), Some("Hashtags too many: 1."));
        assert_eq!(usage_text(Platform::Youtube, "é"), "2 of 5,000 bytes, 0 of 60 hashtags");
    }
}
