//! Pages: paths, who may see them, and links to them.

use std::fmt::{self, Write as _};

/// Who may see a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Users who are not signed in; others are sent to [`Page::Home`].
    Guest,
    /// Users with a session.
    Member,
    /// Users with a session and the admin role.
    Admin,
}

macro_rules! pages {
    ($($(#[$doc:meta])* $name:ident = $path:literal, $access:ident;)+) => {
        /// A page of the application. `tests/integration/pages.rs` checks that each has a route, and each route a page.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Page {
            $($(#[$doc])* $name,)+
        }

        impl Page {
            /// All pages, in the order of the route table.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Returns the path. A parameter stands as `:id`; see [`statement_page`].
            pub const fn path(self) -> &'static str {
                match self { $(Self::$name => $path),+ }
            }

            /// Returns who may see the page.
            pub const fn access(self) -> Access {
                match self { $(Self::$name => Access::$access),+ }
            }
        }
    };
}

pages! {
    /// Landing page.
    Beta = "/beta", Public;
    /// Sign-in.
    Login = "/login", Guest;
    /// Registration.
    Register = "/register", Guest;
    /// Verification of the e-mail address; reads `token`.
    VerifyEmail = "/verify-email", Public;
    /// Request for a link to reset the password.
    ForgotPassword = "/forgot-password", Guest;
    /// New password; reads `token`.
    ResetPassword = "/reset-password", Public;
    /// Onboarding, step 1.
    OnboardingContentTypes = "/onboarding/step-1", Member;
    /// Onboarding, step 2.
    OnboardingPlatforms = "/onboarding/step-2", Member;
    /// Onboarding, step 3.
    OnboardingGoals = "/onboarding/step-3", Member;
    /// Metrics of all accounts; landing page after sign-in.
    Home = "/home", Member;
    /// Daily metrics and posts.
    Analytics = "/analytics", Member;
    /// Diagnostics of the platforms.
    AdminConnections = "/admin/connections", Admin;
    /// Cost of AI.
    AdminAiCosts = "/admin/ai-costs", Admin;
    /// Background jobs.
    AdminJobs = "/admin/jobs", Admin;
    /// Assistant and its conversations.
    Assistant = "/assistant", Member;
    /// Captions and drafts.
    Content = "/content", Member;
    /// Connected accounts.
    Integrations = "/integrations", Member;
    /// Statements and daily totals.
    Earnings = "/integrations/onlyfans", Member;
    /// One statement.
    Statement = "/integrations/onlyfans/:id", Member;
    /// Sales strategies.
    Sales = "/sales", Member;
    /// Account settings.
    Settings = "/settings", Member;
}

impl Page {
    /// Returns the page at this path, whose parameters may have any value.
    pub fn at(path: &str) -> Option<Self> {
        let fits = |page: &Self| {
            let (own, given) = (page.path().split('/'), path.split('/'));
            own.clone().count() == given.clone().count()
                && own.zip(given).all(|(own, given)| own == given || (own.starts_with(':') && !given.is_empty()))
        };
        Self::ALL.iter().copied().find(fits)
    }

    /// Returns the path with a query. Fields whose value is an empty text are left out.
    pub fn link(self, query: &[(&str, &dyn fmt::Display)]) -> String {
        let mut link = self.path().to_owned();
        let values = query.iter().map(|(name, value)| (name, value.to_string()));
        for (name, value) in values.filter(|(_, value)| !value.is_empty()) {
            let separator = if link.contains('?') { '&' } else { '?' };
            let _ = write!(link, "{separator}{name}={}", encode_query_value(&value));
        }
        link
    }
}

impl Access {
    /// Returns who may see what is at a path: the access of the page that it is, or is below of. Unknown paths below `/admin` and `/onboarding`
    /// are as protected as the pages there.
    pub fn of(path: &str) -> Self {
        let is_below = |parent: &str| path.strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let pages = Page::ALL.iter().map(|page| (page.path(), page.access()));
        let sections = [("/admin", Self::Admin), ("/onboarding", Self::Member)];
        pages
            .chain(sections)
            .filter(|(parent, _)| is_below(parent))
            .max_by_key(|(parent, _)| parent.len())
            .map_or(Self::Public, |(_, access)| access)
    }
}

/// Returns the path of a statement of earnings.
pub fn statement_page(id: &str) -> String {
    Page::Statement.path().replace(":id", &encode_query_value(id))
}

/// Returns the path of generated captions, at their heading.
pub fn captions_page(id: &str) -> String {
    Page::Content.link(&[("captions", &id)]) + "#variants"
}

/// Returns the path of a conversation with the assistant.
pub fn conversation_page(id: &str) -> String {
    Page::Assistant.link(&[("conversation", &id)])
}

/// Returns the path of a sales strategy, at its heading.
pub fn strategy_page(id: &str) -> String {
    Page::Sales.link(&[("report", &id)]) + "#report"
}

/// Returns the path of a performance analysis, shown below the figures that it is about.
pub fn analysis_page(id: &str, range: &str, account: &str) -> String {
    Page::Analytics.link(&[("range", &range), ("integrationId", &account), ("report", &id)]) + "#report"
}

/// Returns the path of one page of the conversation list, filtered by `search`; keeps the conversation `shown` open.
pub fn conversations_page(search: &str, page: u32, shown: &str) -> String {
    Page::Assistant.link(&[("list", &page), ("search", &search), ("conversation", &shown)])
}

/// Returns the path of the sign-in page, with `wanted` as the redirect target. `has_ended` adds the notice that the session has ended.
pub fn login_page(wanted: &str, has_ended: bool) -> String {
    Page::Login.link(&[("reason", &if has_ended { "ended" } else { "" }), ("next", &wanted)])
}

/// Returns `next` if it is the path of a [`Page`], with or without a query, else [`Page::Home`].
///
/// The value comes from the URL. Browsers resolve `//host`, `/\host`, `/.//host` and paths with control characters to other origins; none of them
/// is the path of a page, and a backslash or a control character does not pass behind one either.
pub fn safe_next(next: &str) -> &str {
    let path = next.split(['?', '#']).next().unwrap_or_default();
    let is_plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_plain && Page::at(path).is_some() { next } else { Page::Home.path() }
}

/// Parameters that say how something ended. They are left out when another form leads back to the page.
const OUTCOME_PARAMS: [&str; 6] = ["connected", "disconnected", "error", "reason", "status", "tried"];

/// Returns the URL to which a form leads back that was posted without JavaScript: `url`, the page that it is on, without the outcome of an
/// earlier form. A mailed token stays in it only if `keeps_token`. See [`safe_next`].
pub fn form_page(url: &str, keeps_token: bool) -> String {
    let url = safe_next(url);
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let is_kept = |field: &&str| {
        let name = field.split('=').next().unwrap_or_default();
        !name.is_empty() && !OUTCOME_PARAMS.contains(&name) && (keeps_token || name != "token")
    };
    let query = query.split('&').filter(is_kept).collect::<Vec<_>>().join("&");
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Percent-encodes a text for use as a query value. `/` is left as it is.
pub fn encode_query_value(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => encoded.push(char::from(byte)),
            _ => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn safe_next_for_foreign_target_returns_home() {
        assert_eq!(safe_next("/settings?tab=2"), "/settings?tab=2");
        for evil in [
            "",
            "home",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\tb",
            "/a b",
            "/\n/evil.example",
            "/.//evil.example",
            "/%2e//evil.example",
            "/home/../\\evil.example",
            "/home?a\\b",
            "/api/auth/logout",
            "/nowhere",
        ] {
            assert_eq!(safe_next(evil), Page::Home.path(), "{evil:?}");
        }
    }

    #[test]
    fn form_leads_back_to_its_page_without_earlier_outcome() {
        assert_eq!(form_page("/login?reason=ended&next=/home", false), "/login?next=/home");
        assert_eq!(form_page("/reset-password?token=abc", true), "/reset-password?token=abc");
        assert_eq!(form_page("/reset-password?token=abc", false), "/reset-password");
        assert_eq!(form_page("/integrations?connected=x&integrationId=1", false), "/integrations?integrationId=1");
        assert_eq!(form_page("/integrations/onlyfans/0198", false), "/integrations/onlyfans/0198");
        for foreign in ["", "//evil.example/login", "/api/auth/login", "/integrations/onlyfans/", "/integrations/onlyfans/1/2", "/nowhere"]
        {
            assert_eq!(form_page(foreign, true), Page::Home.path(), "{foreign:?}");
        }
    }

    #[test]
    fn query_values_in_paths_are_percent_encoded() {
        assert_eq!(login_page("/home?range=7d&x=é", false), "/login?next=/home%3Frange%3D7d%26x%3D%C3%A9");
        assert_eq!(login_page("/home", true), "/login?reason=ended&next=/home");
        assert_eq!(conversations_page("a&b", 2, ""), "/assistant?list=2&search=a%26b");
        assert_eq!(conversations_page("", 1, "c"), "/assistant?list=1&conversation=c");
    }

    #[test]
    fn access_of_path_matches_whole_segments() {
        assert_eq!((Access::of("/home"), Access::of("/home/x"), Access::of("/homes")), (Access::Member, Access::Member, Access::Public));
        assert_eq!(
            (Access::of("/admin"), Access::of("/admin/jobs"), Access::of("/admins")),
            (Access::Admin, Access::Admin, Access::Public)
        );
        assert_eq!((Access::of("/onboarding"), Access::of("/login"), Access::of("/beta")), (Access::Member, Access::Guest, Access::Public));
        assert_eq!(Access::of("/integrations/onlyfans/0198"), Access::Member);
    }

    proptest! {
        #[test]
        fn safe_next_with_any_input_stays_on_origin(next in ".*") {
            let base = "https://huntaze.example/login";
            let target = url_origin(base, safe_next(&next));
            prop_assert_eq!(target, "https://huntaze.example");
        }
    }

    fn url_origin(base: &str, path: &str) -> String {
        let base = url::Url::parse(base).expect("a valid base");
        base.join(path).expect("a path can be joined").origin().ascii_serialization()
    }
}
