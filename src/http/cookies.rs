//! The cookies of Huntaze: their names, and what browsers may do with them.

use chrono::TimeDelta;
use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, header};
use huntaze_core::config::AppConfig;

/// What a cookie is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieKind {
    /// The session's token. Scripts cannot read it.
    Session,
    /// The CSRF token. Our script reads it, to send it as a header.
    Csrf,
    /// The outcome of a form that was posted without JavaScript.
    Flash,
    /// The address that a mail was just sent to.
    PendingEmail,
}

impl CookieKind {
    /// The name. On https the prefix makes browsers refuse the cookie from any other host or without TLS.
    pub fn name(self, is_https: bool) -> String {
        let prefix = if is_https { "__Host-" } else { "" };
        let name = match self {
            Self::Session => "huntaze_session",
            Self::Csrf => crate::api::csrf::COOKIE,
            Self::Flash => "huntaze_flash",
            Self::PendingEmail => "huntaze_pending_email",
        };
        format!("{prefix}{name}")
    }

    /// The value that came with a request.
    pub fn read(self, config: &AppConfig, headers: &HeaderMap) -> Option<String> {
        let name = self.name(config.is_https());
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        lines.flat_map(Cookie::split_parse).flatten().find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
    }

    /// `Set-Cookie` that keeps `value` for `lifetime`.
    pub fn set(self, config: &AppConfig, value: &str, lifetime: TimeDelta) -> Option<HeaderValue> {
        let cookie = Cookie::build((self.name(config.is_https()), value))
            .path("/")
            .http_only(self != Self::Csrf)
            .secure(config.is_https())
            .same_site(SameSite::Lax)
            .max_age(cookie::time::Duration::seconds(lifetime.num_seconds()));
        HeaderValue::from_str(&cookie.build().to_string()).ok()
    }

    /// `Set-Cookie` that removes it.
    pub fn clear(self, config: &AppConfig) -> Option<HeaderValue> {
        self.set(config, "", TimeDelta::zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huntaze_core::config::Config;

    #[test]
    fn on_https_the_browser_binds_the_cookie_to_the_host() {
        let mut config = Config::for_tests().expect("a valid configuration").app;
        config.url = "https://app.example.com".parse().expect("a URL");
        let header = CookieKind::Session.set(&config, "abc", TimeDelta::hours(24)).expect("a header");
        assert_eq!(header, "__Host-huntaze_session=abc; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=86400");
        let header = CookieKind::Csrf.set(&config, "abc", TimeDelta::hours(24)).expect("a header");
        assert_eq!(header, "__Host-huntaze_csrf=abc; SameSite=Lax; Secure; Path=/; Max-Age=86400");
    }
}
