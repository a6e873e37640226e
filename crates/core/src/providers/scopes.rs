//! What the permissions of each platform are good for, in the platform's own words. Known without asking, also where the platform is not
//! configured any more.

use huntaze_domain::{choice::Choice, figures::Metric, platform::Platform};

use super::{instagram, reddit, tiktok, x, youtube};

/// The permissions of a platform.
#[derive(Debug)]
pub struct Scopes {
    /// All that we ask for.
    pub asked: &'static [&'static str],
    /// Without these an account cannot be read at all.
    pub account: &'static [&'static str],
    /// How many follow it.
    pub audience: &'static str,
    /// What was seen, day by day.
    pub days: &'static str,
    /// Its posts.
    pub posts: &'static str,
}

/// The permissions of a platform that is connected through OAuth.
pub const fn of(platform: Platform) -> Option<&'static Scopes> {
    match platform {
        Platform::Instagram => Some(&instagram::SCOPES),
        Platform::Tiktok => Some(&tiktok::SCOPES),
        Platform::Reddit => Some(&reddit::SCOPES),
        Platform::Youtube => Some(&youtube::SCOPES),
        Platform::X => Some(&x::SCOPES),
        Platform::Onlyfans => None,
    }
}

/// Whether a figure can be read with these scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readable {
    /// It can.
    Yes,
    /// The platform does not report it.
    Unsupported,
    /// The creator did not allow it.
    Refused,
}

/// Whether a figure can be read at a platform with these scopes.
pub fn readable(platform: Platform, metric: Metric, granted: &[String]) -> Readable {
    let Some(scopes) = of(platform).filter(|_| metric.is_reported_by(platform)) else { return Readable::Unsupported };
    let needed = match metric {
        Metric::Audience => scopes.audience,
        Metric::Views | Metric::EngagementRate | Metric::Revenue => scopes.days,
    };
    if has(granted, needed) { Readable::Yes } else { Readable::Refused }
}

/// Whether the scopes allow to read the account at all.
pub fn can_read_account(platform: Platform, granted: &[String]) -> bool {
    of(platform).is_some_and(|scopes| scopes.account.iter().all(|needed| has(granted, needed)))
}

/// Whether they allow to read its posts.
pub fn can_read_posts(platform: Platform, granted: &[String]) -> bool {
    of(platform).is_some_and(|scopes| has(granted, scopes.posts))
}

/// The scopes less those for the figures of days, once the platform refuses them.
pub fn without_days(platform: Platform, granted: &[String]) -> Vec<String> {
    without(platform, granted, |scopes| scopes.days)
}

/// The same for posts.
pub fn without_posts(platform: Platform, granted: &[String]) -> Vec<String> {
    without(platform, granted, |scopes| scopes.posts)
}

/// What the account itself is read with stays: it was just read.
fn without(platform: Platform, granted: &[String], lost: fn(&Scopes) -> &'static str) -> Vec<String> {
    let is_lost = |scope: &String| of(platform).is_some_and(|scopes| scope == lost(scopes) && !scopes.account.contains(&scope.as_str()));
    granted.iter().filter(|scope| !is_lost(scope)).cloned().collect()
}

/// Whether the creator left out a permission for something that the platform reports.
pub fn lacks_permission(platform: Platform, granted: &[String]) -> bool {
    let lacks_figure = Metric::ALL.iter().any(|metric| readable(platform, *metric, granted) == Readable::Refused);
    lacks_figure || of(platform).is_some_and(|scopes| !has(granted, scopes.posts))
}

fn has(granted: &[String], needed: &str) -> bool {
    granted.iter().any(|scope| scope == needed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_scopes_allow_can_be_read() {
        let granted = [instagram::BASIC.to_owned()];
        assert_eq!(readable(Platform::Instagram, Metric::Audience, &granted), Readable::Yes);
        assert_eq!(readable(Platform::Instagram, Metric::Views, &granted), Readable::Refused);
        assert_eq!(readable(Platform::Instagram, Metric::Revenue, &granted), Readable::Unsupported);
        assert!(lacks_permission(Platform::Instagram, &granted));
    }

    #[test]
    fn what_the_account_is_read_with_is_never_given_up() {
        for platform in Platform::ALL {
            let Some(scopes) = of(*platform) else { continue };
            let all: Vec<_> = scopes.asked.iter().map(|scope| (*scope).to_owned()).collect();
            assert!(can_read_account(*platform, &without_posts(*platform, &without_days(*platform, &all))), "{platform:?}");
        }
        let all = [instagram::BASIC.to_owned(), "instagram_business_manage_insights".to_owned()];
        assert_eq!(without_days(Platform::Instagram, &all), all[..1]);
    }

    #[test]
    fn with_all_that_is_asked_for_nothing_is_lacking() {
        for platform in Platform::ALL {
            let Some(scopes) = of(*platform) else { continue };
            let all: Vec<_> = scopes.asked.iter().map(|scope| (*scope).to_owned()).collect();
            assert!(can_read_account(*platform, &all) && can_read_posts(*platform, &all), "{platform:?}");
            assert!(!lacks_permission(*platform, &all), "{platform:?}");
            assert!(!can_read_account(*platform, &[]), "{platform:?}");
        }
    }
}
