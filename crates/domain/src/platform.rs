//! Platforms on which users publish.

use super::choice::choices;

choices! {
    /// A platform.
    Platform {
        /// Instagram.
        Instagram = "instagram", "Instagram";
        /// TikTok.
        Tiktok = "tiktok", "TikTok";
        /// Reddit.
        Reddit = "reddit", "Reddit";
        /// YouTube.
        Youtube = "youtube", "YouTube";
        /// X.
        X = "x", "X";
        /// OnlyFans.
        Onlyfans = "onlyfans", "OnlyFans";
    }
}
