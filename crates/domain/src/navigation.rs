//! Where a visitor may be sent.

use std::fmt::Write as _;

/// Where one lands after signing in, unless a page was asked for.
pub const HOME: &str = "/home";

/// Statements and daily totals of earnings.
pub const EARNINGS: &str = "/integrations/onlyfans";

/// A statement of earnings.
pub fn statement_page(id: &str) -> String {
    format!("{EARNINGS}/{id}")
}

/// Captions for posts, and drafts.
pub const CONTENT: &str = "/content";

/// Captions that were written.
pub fn captions_page(id: &str) -> String {
    format!("{CONTENT}?captions={id}")
}

/// What an owner changes about an account.
pub const SETTINGS: &str = "/settings";

/// The assistant, where conversations are.
pub const ASSISTANT: &str = "/assistant";

/// A conversation with the assistant.
pub fn conversation_page(id: &str) -> String {
    format!("{ASSISTANT}?conversation={id}")
}

/// Sales strategies.
pub const SALES: &str = "/sales";

/// A sales strategy.
pub fn strategy_page(id: &str) -> String {
    format!("{SALES}?report={id}")
}

/// The figures of a period, of one account or of all.
pub fn analytics_page(range: &str, account: &str) -> String {
    let account = if account.is_empty() { String::new() } else { format!("&account={}", encode(account)) };
    format!("/analytics?range={}{account}", encode(range))
}

/// An analysis, under the figures that it is about.
pub fn analysis_page(id: &str, range: &str, account: &str) -> String {
    format!("{}&report={id}", analytics_page(range, account))
}

/// A page of the conversations that contain a text, beside the one that is shown.
pub fn conversations_page(search: &str, page: u32, shown: &str) -> String {
    let field = |name: &str, value: &str| if value.is_empty() { String::new() } else { format!("&{name}={}", encode(value)) };
    format!("{ASSISTANT}?list={page}{}{}", field("search", search), field("conversation", shown))
}

/// `next` when it is a path of ours, else [`HOME`].
///
/// The value comes from the address bar. `//host`, `/\host` and anything with a control character are read by browsers as
/// another site, so only plain paths pass.
pub fn safe_next(next: &str) -> &str {
    let mut bytes = next.bytes();
    let starts_as_path = bytes.next() == Some(b'/') && !matches!(bytes.next(), Some(b'/' | b'\\'));
    let is_plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if starts_as_path && is_plain { next } else { HOME }
}

/// Whether a page shows its visitor's own data.
pub fn is_for_members(path: &str) -> bool {
    is_below(path, &["/admin", "/analytics", "/assistant", "/content", "/home", "/integrations", "/onboarding", "/sales", "/settings"])
}

/// Whether a page is for those who run Huntaze.
pub fn is_for_admins(path: &str) -> bool {
    is_below(path, &["/admin"])
}

/// Whether a page makes no sense to somebody who is signed in.
pub fn is_for_visitors(path: &str) -> bool {
    is_below(path, &["/login", "/register", "/forgot-password"])
}

fn is_below(path: &str, pages: &[&str]) -> bool {
    pages.iter().any(|page| path.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Where to sign in, to come back to `wanted` afterwards.
pub fn login_path(wanted: &str, has_ended: bool) -> String {
    let reason = if has_ended { "reason=ended&" } else { "" };
    format!("/login?{reason}next={}", encode(wanted))
}

/// A text as the value of a query.
pub fn encode(text: &str) -> String {
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
    fn only_paths_of_ours_pass() {
        assert_eq!(safe_next("/settings?tab=2"), "/settings?tab=2");
        for evil in ["", "home", "//evil.example", "/\\evil.example", "https://evil.example", "/a\tb", "/a b", "/\n/evil.example"] {
            assert_eq!(safe_next(evil), HOME, "{evil:?}");
        }
    }

    #[test]
    fn the_wanted_page_survives_the_detour() {
        assert_eq!(login_path("/home?range=7d&x=é", false), "/login?next=/home%3Frange%3D7d%26x%3D%C3%A9");
        assert_eq!(login_path("/home", true), "/login?reason=ended&next=/home");
        assert_eq!(conversations_page("a&b", 2, ""), "/assistant?list=2&search=a%26b");
        assert_eq!(conversations_page("", 1, "c"), "/assistant?list=1&conversation=c");
    }

    #[test]
    fn a_page_is_more_than_a_prefix() {
        assert!(is_for_members("/home") && is_for_members("/home/x"));
        assert!(!is_for_members("/homes") && !is_for_members("/beta"));
    }

    proptest! {
        #[test]
        fn never_leaves_the_site(next in ".*") {
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
