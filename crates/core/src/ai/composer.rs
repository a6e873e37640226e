//! One answer out of those of several agents: they write at the same time, and are read one after the other.

use huntaze_domain::{ai::AgentKind, choice::Choice};

/// Puts what agents write in order.
pub struct Composer {
    sections: Vec<Section>,
    /// The one that is read now: those before it are whole.
    current: usize,
}

struct Section {
    heading: String,
    /// What cannot be said yet.
    waiting: String,
    has_ended: bool,
}

impl Composer {
    /// For agents in the order in which they are read. Several have a heading each.
    pub fn new(agents: &[AgentKind]) -> Self {
        let heading = |agent: &AgentKind| if agents.len() > 1 { format!("### {}\n\n", agent.label()) } else { String::new() };
        let section = |agent| Section { heading: heading(agent), waiting: String::new(), has_ended: false };
        Self { sections: agents.iter().map(section).collect(), current: 0 }
    }

    /// Takes a text of the `index`th agent. Returns what can be said now.
    pub fn push(&mut self, index: usize, text: &str) -> String {
        if let Some(section) = self.sections.get_mut(index) {
            section.waiting.push_str(&std::mem::take(&mut section.heading));
            section.waiting.push_str(text);
        }
        self.ready()
    }

    /// The `index`th agent has written all. Returns what can be said now.
    pub fn end(&mut self, index: usize) -> String {
        let is_last = index + 1 == self.sections.len();
        if let Some(section) = self.sections.get_mut(index) {
            section.has_ended = true;
            // Nothing at all needs no room.
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
    fn one_agent_is_read_as_it_writes() {
        let mut composer = Composer::new(&BOTH[..1]);
        assert_eq!(
            (composer.push(0, "Your "), composer.push(0, "views."), composer.end(0)),
            ("Your ".into(), "views.".into(), String::new())
        );
    }

    #[test]
    fn the_second_waits_for_the_first() {
        let mut composer = Composer::new(&BOTH);
        assert_eq!(composer.push(1, "Raise it."), "");
        assert_eq!(composer.push(0, "Views fell."), "### Analytics\n\nViews fell.");
        assert_eq!(composer.end(1), "");
        assert_eq!(composer.end(0), "\n\n### Sales\n\nRaise it.");
    }

    #[test]
    fn one_that_says_nothing_has_no_heading() {
        let mut composer = Composer::new(&BOTH);
        assert_eq!((composer.end(0), composer.push(1, "Raise it.")), (String::new(), "### Sales\n\nRaise it.".to_owned()));
    }

    proptest! {
        #[test]
        fn whatever_the_order_the_answer_is_the_same(turns in proptest::collection::vec((0_usize..3, "[a-z ]{0,5}"), 0..30)) {
            let agents = [AgentKind::Analytics, AgentKind::Content, AgentKind::Sales];
            let mut composer = Composer::new(&agents);
            let mut said: String = turns.iter().map(|(index, text)| composer.push(*index, text)).collect();
            said.extend((0..3).rev().map(|index| composer.end(index)));
            let mut one_by_one = Composer::new(&agents);
            let mut expected = String::new();
            for index in 0..3 {
                for (_, text) in turns.iter().filter(|(of, _)| *of == index) {
                    expected.push_str(&one_by_one.push(index, text));
                }
                expected.push_str(&one_by_one.end(index));
            }
            prop_assert_eq!(said, expected);
        }
    }
}
