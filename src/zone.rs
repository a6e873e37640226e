//! The time zone that times are shown in.

/// Cookie with the name of the browser's IANA time zone, written by the browser.
pub const COOKIE: &str = "huntaze_zone";

/// Time zone of the person who looks at a page; UTC if it is not known.
#[cfg(feature = "ssr")]
#[derive(Debug, Clone, Copy)]
pub struct ViewerZone(pub chrono_tz::Tz);

/// Time at which a page is drawn.
#[cfg(feature = "ssr")]
#[derive(Debug, Clone, Copy)]
pub struct Now(pub chrono::DateTime<chrono::Utc>);
