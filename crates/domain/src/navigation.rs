//! Paths of the application: link builders, access rules and validation of redirect targets.

use std::fmt::Write as _;

/// Landing page after sign-in, unless another page was requested.
pub const HOME: &str = "/home";

/// Page that lists the statements and daily totals of earnings.
pub const EARNINGS: &str = "/integrations/onlyfans";

/// Returns the path of a statement of earnings.
pub fn statement_page(id: &str) -> String {
    format!("{EARNINGS}/{id}")
}

/// Page with captions and drafts.
pub const CONTENT: &str = "/content";

/// Returns the path of generated captions.
pub fn captions_page(id: &str) -> String {
    format!("{CONTENT}?captions={id}")
}

/// Account settings.
pub const SETTINGS: &str = "/settings";

/// Page of the assistant and its conversations.
pub const ASSISTANT: &str = "/assistant";

/// Returns the path of a conversation with the assistant.
pub fn conversation_page(id: &str) -> String {
    format!("{ASSISTANT}?conversation={id}")
}

/// Page of sales strategies.
pub const SALES: &str = "/sales";

/// Returns the path of a sales strategy.
pub fn strategy_page(id: &str) -> String {
    format!("{SALES}?report={id}")
}

/// Returns the path of the figures of a period: of the account with this id, or of all accounts if `account` is empty.
pub fn analytics_page(range: &str, account: &str) -> String {
    let account = if account.is_empty() { String::new() } else { format!("&integrationId={}", encode_query_value(account)) };
    format!("/analytics?range={}{account}", encode_query_value(range))
}

/// Returns the path of a performance analysis, shown below the figures that it is about.
pub fn analysis_page(id: &str, range: &str, account: &str) -> String {
    format!("{}&report={id}", analytics_page(range, account))
}

/// Returns the path of one page of the conversation list, filtered by `search`; keeps the conversation `shown` open. Empty texts are left
/// out.
pub fn conversations_page(search: &str, page: u32, shown: &str) -> String {
    let field = |name: &str, value: &str| if value.is_empty() { String::new() } else { format!("&{name}={}", encode_query_value(value)) };
    format!("{ASSISTANT}?list={page}{}{}", field("search", search), field("conversation", shown))
}

/// Returns `next` if it is a path on this site, else [`HOME`].
///
/// The value comes from the URL. Browsers resolve `//host`, `/\host` and paths with control characters to other origins, so only plain
/// ASCII paths without a backslash pass.
pub fn safe_next(next: &str) -> &str {
    let mut bytes = next.bytes();
    let starts_as_path = bytes.next() == Some(b'/') && !matches!(bytes.next(), Some(b'/' | b'\\'));
    let is_plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if starts_as_path && is_plain { next } else { HOME }
}

/// Returns whether a page requires a session.
pub fn requires_session(path: &str) -> bool {
    is_below(path, &["/admin", "/analytics", "/assistant", "/content", "/home", "/integrations", "/onboarding", "/sales", "/settings"])
}

/// Returns whether a page requires the admin role.
pub fn requires_admin(path: &str) -> bool {
    is_below(path, &["/admin"])
}

/// Returns whether a page is only for users who are not signed in.
pub fn is_guest_only(path: &str) -> bool {
    is_below(path, &["/login", "/register", "/forgot-password"])
}

fn is_below(path: &str, pages: &[&str]) -> bool {
    pages.iter().any(|page| path.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Returns the path of the sign-in page, with `wanted` as the redirect target. `has_ended` adds the notice that the session has ended.
pub fn login_path(wanted: &str, has_ended: bool) -> String {
    let reason = if has_ended { "reason=ended&" } else { "" };
    format!("/login?{reason}next={}", encode_query_value(wanted))
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
        for evil in ["", "home", "//evil.example", "/\\evil.example", "https://evil.example", "/a\tb", "/a b", "/\n/evil.example"] {
            assert_eq!(safe_next(evil), HOME, "{evil:?}");
        }
    }

    #[test]
    fn query_values_in_paths_are_percent_encoded() {
        assert_eq!(login_path("/home?range=7d&x=é", false), "/login?next=/home%3Frange%3D7d%26x%3D%C3%A9");
        assert_eq!(login_path("/home", true), "/login?reason=ended&next=/home");
        assert_eq!(conversations_page("a&b", 2, ""), "/assistant?list=2&search=a%26b");
        assert_eq!(conversations_page("", 1, "c"), "/assistant?list=1&conversation=c");
    }

    #[test]
    fn path_check_matches_whole_segments() {
        assert!(requires_session("/home") && requires_session("/home/x"));
        assert!(!requires_session("/homes") && !requires_session("/beta"));
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
