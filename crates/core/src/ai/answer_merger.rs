//! Merges the answers of several agents, which are generated concurrently, into one text in a fixed order.

use huntaze_domain::ai::AgentKind;
use huntaze_texts::Text;

/// Merges the text of several agents into one answer.
pub struct AnswerMerger {
    sections: Vec<Section>,
    /// Index of the section that is being output; all sections before it are complete.
    current: usize,
}

struct Section {
    heading: String,
    /// Text that cannot be output yet, because an earlier section is incomplete.
    waiting: String,
    has_ended: bool,
}

impl AnswerMerger {
    /// Creates a merger for agents in output order. Each section gets a heading if there are several.
    pub fn new(agents: &[AgentKind]) -> Self {
        let heading = |agent: &AgentKind| if agents.len() > 1 { format!("### {}\n\n", agent.text()) } else { String::new() };
        let section = |agent| Section { heading: heading(agent), waiting: String::new(), has_ended: false };
        Self { sections: agents.iter().map(section).collect(), current: 0 }
    }

    /// Adds text of the agent at `index`. Returns the text that can be output now.
    pub fn push(&mut self, index: usize, text: &str) -> String {
        if let Some(section) = self.sections.get_mut(index) {
            section.waiting.push_str(&std::mem::take(&mut section.heading));
            section.waiting.push_str(text);
        }
        self.ready()
    }

    /// Marks the agent at `index` as finished. Returns the text that can be output now.
    pub fn end(&mut self, index: usize) -> String {
        let is_last = index + 1 == self.sections.len();
        if let Some(section) = self.sections.get_mut(index) {
            section.has_ended = true;
            // No separator after an agent that wrote nothing: its heading is still pending.
            if !is_last && section.heading.is_empty() {
                section.waiting.push_str("\n\n");
            }
        }
        self.ready()
    }

    fn ready(&mut self) -> String {
        let mut ready = String::new();
        while let Some(section) = self.sections.get_mut(self.current) {
            ready.push_str(&std::mem::take(&mut section.waiting));
            if !section.has_ended {
                break;
            }
            self.current += 1;
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOTH: [AgentKind; 2] = [AgentKind::Analytics, AgentKind::Sales];

    #[test]
    fn single_agent_text_is_output_at_once() {
        let mut merger = AnswerMerger::new(&BOTH[..1]);
        assert_eq!((merger.push(0, "Your "), merger.push(0, "views."), merger.end(0)), ("Your ".into(), "views.".into(), String::new()));
    }

    #[test]
    fn second_section_waits_until_first_ends() {
        let mut merger = AnswerMerger::new(&BOTH);
        assert_eq!(merger.push(1, "Raise it."), "");
        assert_eq!(merger.push(0, "Views fell."), "### Analytics\n\nViews fell.");
        assert_eq!(merger.end(1), "");
        assert_eq!(merger.end(0), "\n\n### Sales\n\nRaise it.");
    }

    #[test]
    fn agent_without_text_has_no_heading() {
        let mut merger = AnswerMerger::new(&BOTH);
        assert_eq!((merger.end(0), merger.push(1, "Raise it.")), (String::new(), "### Sales\n\nRaise it.".to_owned()));
    }

    proptest! {
        #[test]
        fn any_interleaving_gives_the_same_answer(turns in proptest::collection::vec((0_usize..3, "[a-z ]{0,5}"), 0..30)) {
            let agents = [AgentKind::Analytics, AgentKind::Content, AgentKind::Sales];
            let mut merger = AnswerMerger::new(&agents);
            let mut merged: String = turns.iter().map(|(index, text)| merger.push(*index, text)).collect();
            merged.extend((0..3).rev().map(|index| merger.end(index)));
            let mut one_by_one = AnswerMerger::new(&agents);
            let mut expected = String::new();
            for index in 0..3 {
                for (_, text) in turns.iter().filter(|(of, _)| *of == index) {
                    expected.push_str(&one_by_one.push(index, text));
                }
                expected.push_str(&one_by_one.end(index));
            }
            prop_assert_eq!(merged, expected);
        }
    }
}
