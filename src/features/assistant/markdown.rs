//! Renders Markdown as Leptos elements. HTML in a model's output is shown as text and never becomes part of the page.

use huntaze_domain::assistant::grounding::numbers;
use leptos::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TextMergeStream};

use super::css;
use crate::ui::a11y::VisuallyHidden;

/// Maximum depth of nested elements. A model can write thousands of `>` in a row, and rendering recurses for each level.
const MAX_DEPTH: usize = 16;

/// Renders the blocks of Markdown written by the assistant and marks its unverified numbers.
#[component]
pub fn Markdown(
    /// Markdown source; may be incomplete while the answer is generating.
    text: String,
    /// Numbers that are in no source, as written in `text`.
    unverified_numbers: Vec<String>,
) -> impl IntoView {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut events = TextMergeStream::new(Parser::new_ext(&text, options));
    content(&mut events, &unverified_numbers, false, MAX_DEPTH)
}

/// Returns the offset in bytes at which the last block of a text begins. What precedes it is complete, even if more text follows.
pub(super) fn last_block(text: &str) -> usize {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut depth = 0_u32;
    let mut start = 0;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(_) => {
                if depth == 0 {
                    start = range.start;
                }
                depth += 1;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            _ if depth == 0 => start = range.start,
            _ => {}
        }
    }
    start
}

/// Renders all events up to the end of the open element; `in_head` is true inside a table head. Elements that are nested more than `levels`
/// deep are omitted, but their content is kept.
fn content<'a>(events: &mut impl Iterator<Item = Event<'a>>, unverified_numbers: &[String], in_head: bool, levels: usize) -> Vec<AnyView> {
    let mut views = Vec::new();
    let mut left_out = 0_usize;
    while let Some(event) = events.next() {
        match event {
            Event::Start(tag) if levels == 0 && !is_of_table(&tag) => left_out += 1,
            Event::Start(tag) => {
                let inside = content(events, unverified_numbers, in_head || tag == Tag::TableHead, levels.saturating_sub(1));
                views.push(element(&tag, inside, in_head));
            }
            Event::End(_) if left_out > 0 => left_out -= 1,
            Event::End(_) => break,
            Event::Code(code) => views.push(view! { <code>{marked(&code, unverified_numbers)}</code> }.into_any()),
            // HTML is shown as text.
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => views.extend(marked(&text, unverified_numbers)),
            Event::SoftBreak => views.push(" ".into_any()),
            Event::HardBreak => views.push(view! { <br/> }.into_any()),
            Event::Rule => views.push(view! { <hr/> }.into_any()),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => views.push(text.to_string().into_any()),
            Event::TaskListMarker(_) => {}
        }
    }
    views
}

/// Whether a tag is part of a table. These are exempt from the depth limit: browsers build a different DOM for an incomplete table, and
/// tables do not nest deeply.
fn is_of_table(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::TableCell)
}

fn element(tag: &Tag<'_>, inside: Vec<AnyView>, in_head: bool) -> AnyView {
    match tag {
        Tag::Paragraph => view! { <p>{inside}</p> }.into_any(),
        // Always level 3, below the headings of the page and the conversation, regardless of the level in the source.
        Tag::Heading { .. } => view! { <h3>{inside}</h3> }.into_any(),
        Tag::BlockQuote(_) => view! { <blockquote>{inside}</blockquote> }.into_any(),
        Tag::CodeBlock(_) => view! { <pre tabindex="0"><code>{inside}</code></pre> }.into_any(),
        Tag::List(Some(start)) => view! { <ol start=start.to_string()>{inside}</ol> }.into_any(),
        Tag::List(None) => view! { <ul>{inside}</ul> }.into_any(),
        Tag::Item => view! { <li>{inside}</li> }.into_any(),
        Tag::Table(_) => table(inside),
        Tag::TableHead => view! { <thead><tr>{inside}</tr></thead> }.into_any(),
        Tag::TableRow => view! { <tr>{inside}</tr> }.into_any(),
        Tag::TableCell if in_head => view! { <th scope="col">{inside}</th> }.into_any(),
        Tag::TableCell => view! { <td>{inside}</td> }.into_any(),
        Tag::Emphasis => view! { <em>{inside}</em> }.into_any(),
        Tag::Strong => view! { <strong>{inside}</strong> }.into_any(),
        Tag::Strikethrough => view! { <s>{inside}</s> }.into_any(),
        Tag::Link { dest_url, .. } if is_web(dest_url) => {
            view! { <a href=dest_url.to_string() target="_blank" rel="noopener noreferrer nofollow">{inside}</a> }.into_any()
        }
        // External images are not loaded: they, like links that are not HTTP(S), are replaced by their content.
        _ => inside.into_any(),
    }
}

/// Renders a table; the first row is the head. `<tbody>` is explicit because browsers would insert it.
fn table(rows: Vec<AnyView>) -> AnyView {
    let mut rows = rows.into_iter();
    let head = rows.next();
    let body: Vec<_> = rows.collect();
    view! {
        <div class=css::scroll tabindex="0" role="group" aria-label="Table">
            <table>
                {head}
                <tbody>{body}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn is_web(address: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// Renders plain text and marks its unverified numbers.
#[component]
pub fn Marked(
    /// Plain text, not Markdown.
    text: String,
    /// Numbers that are in no source, as written in `text`.
    unverified_numbers: Vec<String>,
) -> impl IntoView {
    marked(&text, &unverified_numbers)
}

/// Splits a text into views, with unverified numbers wrapped in `<mark>`.
fn marked(text: &str, unverified_numbers: &[String]) -> Vec<AnyView> {
    let mut views = Vec::new();
    let mut from = 0;
    for number in numbers(text) {
        let span = number.span;
        let written = &text[span.clone()];
        if !unverified_numbers.iter().any(|name| name == written) {
            continue;
        }
        views.push(text[from..span.start].to_owned().into_any());
        let mark = view! {
            <mark class=css::unverified title="Unverified: not among the figures that were looked up">
                {written.to_owned()}
                <VisuallyHidden>" (unverified)"</VisuallyHidden>
            </mark>
        };
        views.push(mark.into_any());
        from = span.end;
    }
    views.push(text[from..].to_owned().into_any());
    views
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str, unverified_numbers: &[&str]) -> String {
        let unverified_numbers = unverified_numbers.iter().map(|number| (*number).to_owned()).collect();
        Owner::new().with(|| view! { <Markdown text=text.to_owned() unverified_numbers/> }.to_html()).replace("<!>", "")
    }

    #[test]
    fn model_html_is_escaped() {
        let evil = "<script>alert(1)</script>\n\nA <img src=x onerror=alert(1)> [x](javascript:alert(1)) ![y](https://evil.example/z.png) \
[z](data:text/html,x)\n\n<iframe src=\"https://evil.example\"></iframe>";
        let html = html(evil, &[]);
        for forbidden in ["<script", "<img", "<iframe", "<a ", "href", "evil.example/z.png\""] {
            assert!(!html.contains(forbidden), "{forbidden}: {html}");
        }
        assert!(html.contains("&lt;script&gt;"), "{html}");
    }

    #[test]
    fn markdown_renders_as_elements() {
        insta::assert_snapshot!(html(
            "# Views\n\nThey *fell* by **12.5 %** to 3,912.\n\n1. [Post](https://example.com/)\n2. `code`\n\n| a | b |\n|---|---|\n| 1 | 2 |",
            &["12.5"]
        ));
    }

    #[test]
    fn deeply_nested_markdown_renders_up_to_max_depth() {
        for mark in [">", "*", "_", "- ", "1. ", "[", "![", "~~a "] {
            let html = html(&format!("{}the end", mark.repeat(50_000 / mark.len())), &[]);
            assert!(html.contains("the end"), "{mark}");
        }
        let quotes = "> ".repeat(40);
        let table = html(&format!("{quotes}| a |\n{quotes}|---|\n{quotes}| 1 |"), &[]);
        assert!(table.contains("<thead><tr><th scope=\"col\">a</th></tr></thead>"), "{table}");
        assert_eq!(table.matches("<blockquote>").count(), MAX_DEPTH);
    }

    #[test]
    fn incomplete_markdown_is_rendered() {
        for part in ["**bold", "`code", "[link](", "| a |\n|--", "```rust\nfn", "<"] {
            assert!(!html(part, &[]).is_empty());
        }
    }
}
