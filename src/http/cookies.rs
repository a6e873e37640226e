//! Cookies of Huntaze: names and attributes.

use chrono::TimeDelta;
use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, header};
use huntaze_core::config::AppConfig;

/// Purpose of a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieKind {
    /// Session token, `HttpOnly`.
    Session,
    /// CSRF token. Readable by scripts, which send it as a header.
    Csrf,
    /// Outcome of a form submitted without JavaScript, shown on the next page.
    Flash,
    /// Address that a mail was just sent to.
    PendingEmail,
    /// Token by which a browser is known again in which a user has signed in.
    Device,
}

impl CookieKind {
    /// Returns the cookie's name. With https it has the prefix `__Host-`, which makes browsers accept the cookie only over TLS and only for
    /// exactly this host.
    pub fn name(self, is_https: bool) -> String {
        let prefix = if is_https { "__Host-" } else { "" };
        let name = match self {
            Self::Session => "huntaze_session",
            Self::Csrf => crate::csrf::COOKIE,
            Self::Flash => "huntaze_flash",
            Self::PendingEmail => "huntaze_pending_email",
            Self::Device => "huntaze_device",
        };
        format!("{prefix}{name}")
    }

    /// Returns the value sent with a request, if there is one.
    pub fn read(self, config: &AppConfig, headers: &HeaderMap) -> Option<String> {
        let name = self.name(config.is_https());
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        lines.flat_map(Cookie::split_parse).flatten().find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
    }

    /// Returns a `Set-Cookie` header that stores `value` for `lifetime`. `None` if the value is not a valid header value.
    pub fn set(self, config: &AppConfig, value: &str, lifetime: TimeDelta) -> Option<HeaderValue> {
        let cookie = Cookie::build((self.name(config.is_https()), value))
            .path("/")
            .http_only(self != Self::Csrf)
            .secure(config.is_https())
            .same_site(SameSite::Lax)
            .max_age(cookie::time::Duration::seconds(lifetime.num_seconds()));
        HeaderValue::from_str(&cookie.build().to_string()).ok()
    }

    /// Returns a `Set-Cookie` header that deletes the cookie.
    pub fn clear(self, config: &AppConfig) -> Option<HeaderValue> {
        self.set(config, "", TimeDelta::zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huntaze_core::config::Config;

    #[test]
    fn https_cookies_are_secure_with_host_prefix() {
        let mut config = Config::for_tests().expect("a valid configuration").app;
        config.url = "https://app.example.com".parse().expect("a URL");
        let header = CookieKind::Session.set(&config, "abc", TimeDelta::hours(24)).expect("a header");
        assert_eq!(header, "__Host-huntaze_session=abc; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=86400");
        let header = CookieKind::Csrf.set(&config, "abc", TimeDelta::hours(24)).expect("a header");
        assert_eq!(header, "__Host-huntaze_csrf=abc; SameSite=Lax; Secure; Path=/; Max-Age=86400");
    }
}
