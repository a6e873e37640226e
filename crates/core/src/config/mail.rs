use std::fmt;

use super::Reader;

/// Outgoing mail.
#[derive(Clone)]
pub struct MailConfig {
    /// `SMTP_URL`: `smtps://user:password@host` (TLS), `smtp://host?tls=required` (STARTTLS) or `smtp://127.0.0.1:3125` (plain).
    pub smtp_url: String,
    /// `MAIL_FROM`: sender address. Default `Huntaze <noreply@huntaze.com>`.
    pub from: String,
}

impl MailConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let smtp_url = reader.required_secret("SMTP_URL");
        let from = reader.or("MAIL_FROM", "Huntaze <noreply@huntaze.com>".to_owned());
        Some(Self { smtp_url: smtp_url?, from: from? })
    }
}

impl fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailConfig").field("from", &self.from).finish_non_exhaustive()
    }
}
