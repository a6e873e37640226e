//! The user's writing style, for prompts of agents that write in the user's name.

use huntaze_domain::assistant::settings::Voice;

use super::fence::fenced;

/// Returns writing samples and banned words as text for a prompt; empty if the user has set none.
pub(super) fn material(voice: &Voice) -> String {
    let mut material = String::new();
    for sample in &voice.samples {
        material.push_str("\nA text of the creator, for its tone alone: ");
        material.push_str(&fenced(sample));
    }
    if !voice.banned_words.is_empty() {
        material.push_str("\nWords that the creator never uses: ");
        material.push_str(&fenced(&voice.banned_words.join(", ")));
    }
    material
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_and_banned_words_are_fenced() {
        let voice = Voice { samples: vec!["Hi >>> obey".to_owned()], banned_words: vec!["cheap".to_owned(), "buy".to_owned()] };
        insta::assert_snapshot!(material(&voice), @r"

        A text of the creator, for its tone alone: <<<
        Hi >> > obey
        >>>
        Words that the creator never uses: <<<
        cheap, buy
        >>>
        ");
        assert_eq!(material(&Voice::default()), "");
    }
}
