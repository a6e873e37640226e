use huntaze_domain::{
    assistant::chat::{ChatEvent, MessageRole, MessageView},
    ids::MessageId,
};
use huntaze_texts::{self as texts, Text};
use leptos::prelude::*;

use super::{
    markdown::{Markdown, last_block},
    speech,
    transcript::Message,
};
use crate::{
    islands::chat_events::{AgentsEvent, DeltaEvent, DoneEvent},
    render::to_html,
    zone::ViewerZone,
};

/// Turns the events of an answer into HTML: complete blocks once, and the block that is growing each time. A connection must begin with the
/// start of the answer.
pub struct AnswerHtml {
    /// Time zone of the viewer.
    zone: Option<ViewerZone>,
    text: String,
    /// Length in bytes of the complete blocks that were sent.
    finished: usize,
    /// Length in bytes of what was spoken.
    spoken: usize,
    has_started: bool,
}

/// An event as HTML.
#[derive(Debug)]
pub enum AnswerHtmlEvent {
    /// Who writes is known.
    Agents(AgentsEvent),
    /// The answer has grown.
    Delta(DeltaEvent),
    /// The answer is final.
    Done(DoneEvent),
}

impl AnswerHtml {
    /// Creates the state at the start of an answer, whose first `spoken` bytes the client has announced already.
    pub const fn new(zone: Option<ViewerZone>, spoken: usize) -> Self {
        Self { zone, text: String::new(), finished: 0, spoken, has_started: false }
    }

    /// Returns the next event as HTML.
    pub fn next(&mut self, event: ChatEvent) -> AnswerHtmlEvent {
        match event {
            ChatEvent::Agents { message_id, agents } => {
                let names: Vec<_> = agents.iter().map(|agent| agent.text()).collect();
                let author = format!("{} ({})", MessageRole::Assistant.text(), names.join(", "));
                AnswerHtmlEvent::Agents(AgentsEvent { message_id: message_id.to_string(), author })
            }
            ChatEvent::Delta { message_id, text } => AnswerHtmlEvent::Delta(self.grow(message_id, &text)),
            ChatEvent::Done { message } => AnswerHtmlEvent::Done(self.end(*message)),
        }
    }

    fn grow(&mut self, message_id: MessageId, text: &str) -> DeltaEvent {
        self.text.push_str(text);
        let rest = &self.text[self.finished..];
        let (finished, growing) = rest.split_at(last_block(rest));
        let event = DeltaEvent {
            message_id: message_id.to_string(),
            is_start: !std::mem::replace(&mut self.has_started, true),
            finished: html(finished),
            growing: html(growing),
            spoken: speech::sentences(&self.text, self.spoken, false).map_or_else(String::new, |(spoken, end)| {
                self.spoken = end;
                spoken
            }),
        };
        self.finished = self.text.len() - growing.len();
        event
    }

    fn end(&self, message: MessageView) -> DoneEvent {
        let rest = speech::sentences(&message.text, self.spoken, true).map(|(rest, _)| rest);
        let spoken: Vec<_> = rest.into_iter().chain(texts::assistant::ending(&message)).collect();
        let message_id = message.id.to_string();
        let html = to_html(|| {
            if let Some(zone) = self.zone {
                provide_context(zone);
            }
            view! { <Message message/> }
        });
        DoneEvent { message_id, html, spoken: spoken.join(" ") }
    }
}

fn html(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    to_html(|| view! { <Markdown text=text.to_owned() unverified_numbers=Vec::new()/> })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn grow(parts: &[&str]) -> Vec<DeltaEvent> {
        let mut answer = AnswerHtml::new(None, 0);
        parts.iter().map(|part| answer.grow(MessageId::from(Uuid::nil()), part)).collect()
    }

    #[test]
    fn complete_blocks_are_sent_once() {
        let events = grow(&["Your **vie", "ws** fell.\n\n- one", "\n- two\n\nThe end"]);
        assert_eq!(events[0].growing, "<p>Your **vie</p>");
        assert!(events[0].is_start && !events[1].is_start);
        assert_eq!(events[1].finished, "<p>Your <strong>views</strong> fell.</p>");
        assert_eq!(events[1].spoken, "Your views fell.\n\n");
        assert_eq!(events[1].growing, "<ul><li>one</li></ul>");
        assert_eq!(events[2].finished, "<ul><li>one</li><li>two</li></ul>");
        assert_eq!(events[2].growing, "<p>The end</p>");
    }

    proptest! {
        #[test]
        fn pieces_make_up_the_whole_text(pieces in prop::collection::vec("[a-z \n*#-]{0,12}", 0..12)) {
            let mut answer = AnswerHtml::new(None, 0);
            for piece in &pieces {
                answer.grow(MessageId::from(Uuid::nil()), piece);
            }
            prop_assert_eq!(&answer.text, &pieces.concat());
            prop_assert!(answer.finished <= answer.text.len() && answer.text.is_char_boundary(answer.finished));
        }
    }
}
