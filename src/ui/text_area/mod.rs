//! Multi-line text input. Must be placed in a [`Field`](super::field::Field), which provides its name and label.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::prelude::*;

use super::field::FieldContext;

stylance::import_crate_style!(css, "src/ui/text_area/text_area.module.css");

/// Multi-line text input.
#[component]
pub fn TextArea(
    /// Initial value.
    #[prop(optional, into)]
    value: String,
    /// Number of visible lines.
    #[prop(default = 4)]
    rows: u8,
    /// Called with the new value on every change.
    #[prop(optional, into)]
    on_input: Option<Callback<String>>,
) -> impl IntoView {
    let context = expect_context::<FieldContext>();
    let FieldContext { id, name, error, .. } = context.clone();
    view! {
        <textarea
            id=id
            name=name
            class=css::root
            rows=rows
            data-slot="text-area"
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            aria-describedby=move || context.described_by()
            on:input=move |event| {
                if let Some(on_input) = on_input {
                    on_input.run(event_target_value(&event));
                }
            }
        >
            {content(value)}
        </textarea>
    }
}

/// The text between the tags. Leptos does not escape the children of `textarea` when it renders HTML (tachys 0.2.19 declares them raw, as for
/// `script`) and does not touch them when it hydrates. HTML parsers drop one leading line feed, which may be the value's own.
#[cfg(feature = "ssr")]
fn content(value: String) -> String {
    format!("\n{}", html_escape::encode_text(&value))
}

/// The text between the tags: a text node, which the browser never parses.
#[cfg(not(feature = "ssr"))]
fn content(value: String) -> String {
    value
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::ui::field::Field;

    #[test]
    fn value_with_markup_is_escaped() {
        let value = "\n</textarea><img src=x onerror=alert(1)> &lt;3";
        let html = Owner::new().with(|| view! { <Field name="text" label="Text"><TextArea value/></Field> }.to_html());
        assert!(html.contains(">\n\n&lt;/textarea&gt;&lt;img src=x onerror=alert(1)&gt; &amp;lt;3</textarea>"), "{html}");
    }
}
