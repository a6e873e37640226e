//! Enums with a fixed set of values, each with one word for the wire and the database.

/// An enum whose values map to words. What people read instead is in the crate `huntaze-texts`.
pub trait StringEnum: Copy + PartialEq + Sized + 'static {
    /// All values, in display order.
    const ALL: &'static [Self];

    /// Returns the word used on the wire and in the database.
    fn as_str(self) -> &'static str;

    /// Parses the word used on the wire; returns `None` if there is no such value.
    fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == word)
    }
}

/// Declares an enum with its words, and implements [`StringEnum`] and serde for it. The crate that uses it needs `serde`.
#[macro_export]
macro_rules! string_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $crate::string_enum::StringEnum for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

pub use string_enum;
