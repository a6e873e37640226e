//! The platforms.

use super::choice::choices;

choices! {
    /// Where a creator publishes.
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
