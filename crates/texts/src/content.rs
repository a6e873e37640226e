//! Captions: kinds of posts, tones and lengths.

use huntaze_domain::{
    content::{
        captions::{LengthUnit, Tone},
        drafts::MAX_DRAFTS,
    },
    money::grouped,
};

use crate::texts;

texts! {
    Tone {
        Playful => "Playful";
        Warm => "Warm";
        Confident => "Confident";
        Mysterious => "Mysterious";
        Professional => "Professional";
    }
}

// How the length of a text is measured, in full.
texts! {
    LengthUnit {
        Characters => "characters";
        Utf16 => "characters (emoji count twice)";
        Bytes => "bytes of UTF-8";
        Weighted => "characters (emoji and scripts like Chinese count twice)";
    }
}

/// A length with its unit: `1 character`, `5,000 bytes`.
pub fn length(length: usize, unit: LengthUnit) -> String {
    let noun = if unit == LengthUnit::Bytes { "byte" } else { "character" };
    let plural = if length == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(i64::try_from(length).unwrap_or(i64::MAX)))
}

/// Error: the user has as many drafts as they may keep.
pub fn too_many_drafts() -> String {
    format!("You keep {MAX_DRAFTS} drafts. Delete one first.")
}
