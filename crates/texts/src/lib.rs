//! What people read instead of a code: labels, sentences of errors, titles of pages. One module per slice of the product.
//!
//! The types are those of `huntaze-domain`, which has no texts for people. A variant without a text does not compile.
#![warn(missing_docs)]

pub mod accounts;
pub mod admin;
pub mod ai;
pub mod analytics;
pub mod assistant;
pub mod billing;
pub mod content;
pub mod earnings;
pub mod errors;
pub mod integrations;
pub mod onboarding;
pub mod pages;
pub mod time;

/// A value that people read as a word or a sentence.
pub trait Text: Copy {
    /// Returns the word or sentence.
    fn text(self) -> &'static str;
}

/// Implements [`Text`] for enums: one text for each variant.
macro_rules! texts {
    ($($name:ident { $($variant:ident => $text:literal;)+ })+) => {
        $(impl $crate::Text for $name {
            fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        })+
    };
}
use texts;
