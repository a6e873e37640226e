//! Multi-line text input. Must be placed in a [`Field`](super::field::Field), which provides its name and label.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
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
) -> impl IntoView {
    let context = expect_context::<FieldContext>();
    let rules = context.rules;
    let (invalid, described_by) = (context.invalid(), context.described_by());
    view! {
        <textarea
            id=context.id
            name=context.name
            class=css::root
            dir="auto"
            rows=rows
            data-slot="text-area"
            required=rules.required.is_some()
            data-missing=rules.required
            data-max-length=rules.max_length.map(|(most, _)| most.to_string())
            data-too-long=rules.max_length.map(|(_, text)| text)
            aria-invalid=invalid
            aria-describedby=described_by
        >
            {content(value)}
        </textarea>
    }
}

/// The text between the tags. Leptos does not escape the children of `textarea` when it renders HTML (tachys 0.2.19 declares them raw, as for
/// `script`). HTML parsers drop one leading line feed, which may be the value's own.
#[cfg(feature = "ssr")]
fn content(value: String) -> String {
    format!("\n{}", html_escape::encode_text(&value))
}

/// Not used: the browser draws no text area. Compiled because it shares the module with components of islands.
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
