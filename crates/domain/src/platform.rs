//! Platforms on which users publish.

use super::string_enum::string_enum;

string_enum! {
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
