//! Platforms on which users publish.

use super::string_enum::string_enum;

string_enum! {
    /// A platform.
    Platform {
        /// Instagram.
        Instagram = "instagram";
        /// TikTok.
        Tiktok = "tiktok";
        /// Reddit.
        Reddit = "reddit";
        /// YouTube.
        Youtube = "youtube";
        /// X.
        X = "x";
        /// OnlyFans.
        Onlyfans = "onlyfans";
    }
}
