use std::{cell::OnceCell, rc::Rc};

use huntaze_domain::{assistant::grounding, content::x_length::TopLevelDomains, platform::Platform, string_enum::StringEnum};
use huntaze_texts::content::{limit_error, unverified_warning, usage_text};
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlTextAreaElement};

use super::validation::{WARNING, set_error};
use crate::{
    api::content::GetTopLevelDomains,
    hooks::{
        document::{closest, select, select_all, set_hidden, set_or_remove, target},
        events::listen,
        fetch::get,
        island::island_root,
    },
};

/// The form that asks for captions, and the variants. While a variant is edited, counts it against the limits of its platform and names
/// numbers in it that the user did not give.
#[island]
pub fn AICaptionGenerator(
    /// Platform of the variants; empty if there are none.
    platform: String,
    /// Numbers in the variants that do not occur in the request.
    unverified_numbers: Vec<String>,
    /// Form and variants.
    children: Children,
) -> impl IntoView {
    island_root(children(), move |root| {
        let Some(platform) = Platform::parse(&platform) else { return };
        let counter = Rc::new(Counter { platform, unverified_numbers, domains: OnceCell::new() });
        if platform == Platform::X {
            spawn_local(load_top_level_domains(Rc::clone(&counter), root.clone()));
        }
        listen(&root, "input", move |event: Event| {
            let area = target(&event).and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok());
            let variant = area.as_ref().and_then(|area| closest(area, "[data-slot=variant]"));
            if let Some((area, variant)) = area.zip(variant) {
                counter.measure(&area, &variant);
            }
        });
    })
}

/// Counts the texts of the variants.
struct Counter {
    platform: Platform,
    unverified_numbers: Vec<String>,
    /// What X counts as the end of an address. Until they are loaded, and without a connection, the count is not too small.
    domains: OnceCell<TopLevelDomains>,
}

/// Loads the top-level domains, and counts again what has been edited meanwhile.
async fn load_top_level_domains(counter: Rc<Counter>, root: Element) {
    let Ok(text) = get(GetTopLevelDomains::PATH).await.and_then(|answer| answer.json::<String>()) else { return };
    let _ = counter.domains.set(TopLevelDomains::parse(&text));
    for variant in select_all(&root, "[data-slot=variant]") {
        let area = select(&variant, "textarea").and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok());
        if let Some(area) = area.filter(|area| area.default_value().is_ok_and(|drawn| drawn != area.value())) {
            counter.measure(&area, &variant);
        }
    }
}

impl Counter {
    fn measure(&self, area: &HtmlTextAreaElement, variant: &Element) {
        let domains = self.domains.get();
        let text = String::from(js_sys::JsString::from(area.value()).normalize("NFC"));
        let problem = limit_error(self.platform, &text, domains);
        set_or_remove(area, WARNING, problem.as_deref());
        set_error(area, problem.as_deref());
        if let Some(usage) = select(variant, "[data-slot=usage]") {
            usage.set_text_content(Some(&usage_text(self.platform, &text, domains)));
        }
        let rationale = select(variant, "[data-slot=rationale]").and_then(|rationale| rationale.text_content()).unwrap_or_default();
        let numbers = grounding::still_unverified(&format!("{text}\n{rationale}"), &self.unverified_numbers);
        if let Some(warning) = select(variant, "[data-slot=unverified]") {
            warning.set_text_content(unverified_warning(&numbers).as_deref());
            set_hidden(&warning, numbers.is_empty());
        }
        if let Some(button) = select(variant, "[type=submit]") {
            set_or_remove(&button, "aria-disabled", text.trim().is_empty().then_some("true"));
        }
    }
}
