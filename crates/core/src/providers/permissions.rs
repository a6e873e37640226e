//! OAuth scopes of each platform and what they give access to. Static data, so it is also available for platforms that are no longer
//! configured.

use huntaze_domain::{analytics::figures::Metric, platform::Platform, string_enum::StringEnum};

use super::{instagram, reddit, scopes::Scopes, tiktok, x, youtube};

/// Returns the scopes of a platform; `None` if it is not connected through OAuth.
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

/// Availability of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// The metric can be fetched.
    Available,
    /// The platform does not report the metric.
    Unsupported,
    /// The user did not grant the required scope.
    Refused,
}

/// Returns whether a metric of a platform can be fetched with the granted scopes.
pub fn metric_availability(platform: Platform, metric: Metric, granted: &[String]) -> Availability {
    let Some(scopes) = of(platform).filter(|_| metric.is_reported_by(platform)) else { return Availability::Unsupported };
    let needed = match metric {
        Metric::Audience => scopes.audience,
        Metric::Views | Metric::EngagementRate | Metric::Revenue => scopes.days,
    };
    if has(granted, needed) { Availability::Available } else { Availability::Refused }
}

/// Returns whether the granted scopes suffice to sync the account at all.
pub fn can_read_account(platform: Platform, granted: &[String]) -> bool {
    of(platform).is_some_and(|scopes| scopes.required.iter().all(|needed| has(granted, needed)))
}

/// Returns whether the granted scopes include the one for posts.
pub fn can_read_posts(platform: Platform, granted: &[String]) -> bool {
    of(platform).is_some_and(|scopes| has(granted, scopes.posts))
}

/// Returns the granted scopes without the one for daily metrics, for when the platform has refused it. A scope that the account itself
/// requires is kept.
pub fn without_days(platform: Platform, granted: &[String]) -> Vec<String> {
    without(platform, granted, |scopes| scopes.days)
}

/// Returns the granted scopes without the one for posts, for when the platform has refused it. A scope that the account itself requires is
/// kept.
pub fn without_posts(platform: Platform, granted: &[String]) -> Vec<String> {
    without(platform, granted, |scopes| scopes.posts)
}

/// Removes a scope unless the account itself requires it: the account has just been synced, so that scope is still granted.
fn without(platform: Platform, granted: &[String], lost: fn(&Scopes) -> &'static str) -> Vec<String> {
    let is_lost = |scope: &String| of(platform).is_some_and(|scopes| scope == lost(scopes) && !scopes.required.contains(&scope.as_str()));
    granted.iter().filter(|scope| !is_lost(scope)).cloned().collect()
}

/// Returns whether the user has not granted the scope for a metric that the platform reports, or the one for posts.
pub fn is_missing_scope(platform: Platform, granted: &[String]) -> bool {
    let lacks_figure = Metric::ALL.iter().any(|metric| metric_availability(platform, *metric, granted) == Availability::Refused);
    lacks_figure || of(platform).is_some_and(|scopes| !has(granted, scopes.posts))
}

fn has(granted: &[String], needed: &str) -> bool {
    granted.iter().any(|scope| scope == needed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metric_availability_follows_granted_scopes() {
        let granted = [instagram::BASIC.to_owned()];
        assert_eq!(metric_availability(Platform::Instagram, Metric::Audience, &granted), Availability::Available);
        assert_eq!(metric_availability(Platform::Instagram, Metric::Views, &granted), Availability::Refused);
        assert_eq!(metric_availability(Platform::Instagram, Metric::Revenue, &granted), Availability::Unsupported);
        assert!(is_missing_scope(Platform::Instagram, &granted));
    }

    #[test]
    fn removing_optional_scopes_keeps_required_ones() {
        for platform in Platform::ALL {
            let Some(scopes) = of(*platform) else { continue };
            let all: Vec<_> = scopes.requested.iter().map(|scope| (*scope).to_owned()).collect();
            assert!(can_read_account(*platform, &without_posts(*platform, &without_days(*platform, &all))), "{platform:?}");
        }
        let all = [instagram::BASIC.to_owned(), "instagram_business_manage_insights".to_owned()];
        assert_eq!(without_days(Platform::Instagram, &all), all[..1]);
    }

    #[test]
    fn requested_scopes_are_sufficient() {
        for platform in Platform::ALL {
            let Some(scopes) = of(*platform) else { continue };
            let all: Vec<_> = scopes.requested.iter().map(|scope| (*scope).to_owned()).collect();
            assert!(can_read_account(*platform, &all) && can_read_posts(*platform, &all), "{platform:?}");
            assert!(!is_missing_scope(*platform, &all), "{platform:?}");
            assert!(!can_read_account(*platform, &[]), "{platform:?}");
        }
    }
}
