//! What was mailed, newest first, until the sandbox stops.

use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError, RwLock},
};

use chrono::{DateTime, Utc};
use mail_parser::MessageParser;
use serde::Serialize;

/// Older mails are dropped beyond this.
const CAPACITY: usize = 1000;

/// A mail that was taken.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// Counts up.
    pub id: u64,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// Envelope sender.
    pub from: String,
    /// Decoded.
    pub subject: String,
    /// The text part, if there is one.
    pub text: String,
    /// The HTML part, if there is one.
    pub html: String,
    /// When it was taken.
    pub received_at: DateTime<Utc>,
}

/// Holds the mails; clones share them.
#[derive(Clone, Default)]
pub struct Mailbox(Arc<RwLock<Shelf>>);

#[derive(Default)]
struct Shelf {
    last_id: u64,
    mails: VecDeque<Mail>,
}

impl Mailbox {
    /// Takes a raw message (RFC 5322).
    #[expect(clippy::disallowed_methods, reason = "the sandbox has no other clock yet")]
    pub fn take(&self, from: String, to: Vec<String>, raw: &[u8]) {
        let parsed = MessageParser::default().parse(raw);
        let subject = parsed.as_ref().and_then(|message| message.subject()).unwrap_or_default().to_owned();
        let body = |body: Option<std::borrow::Cow<'_, str>>| body.unwrap_or_default().into_owned();
        let text = body(parsed.as_ref().and_then(|message| message.body_text(0)));
        let html = body(parsed.as_ref().and_then(|message| message.body_html(0)));
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        inner.last_id += 1;
        let id = inner.last_id;
        tracing::info!(id, subject, "mail");
        inner.mails.push_front(Mail { id, to, from, subject, text, html, received_at: Utc::now() });
        inner.mails.truncate(CAPACITY);
    }

    /// The mails to an address, or all.
    pub fn list(&self, to: Option<&str>) -> Vec<Mail> {
        let inner = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let is_for = |mail: &&Mail| to.is_none_or(|to| mail.to.iter().any(|address| address.eq_ignore_ascii_case(to)));
        inner.mails.iter().filter(is_for).cloned().collect()
    }

    /// One mail.
    pub fn find(&self, id: u64) -> Option<Mail> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).mails.iter().find(|mail| mail.id == id).cloned()
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).mails.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_and_the_subject_are_decoded() {
        let mailbox = Mailbox::default();
        let raw = "Subject: =?utf-8?b?w4l0w6k=?=\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n\
                   --x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=\r\nc\r\n\
                   --x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>hi</p>\r\n--x--\r\n";
        mailbox.take("h@x.io".to_owned(), vec!["a@b.co".to_owned()], raw.as_bytes());
        let mail = &mailbox.list(Some("A@B.CO"))[0];
        assert_eq!((mail.subject.as_str(), mail.text.as_str(), mail.html.trim()), ("Été", "a=bc", "<p>hi</p>"));
        assert!(mailbox.list(Some("other@b.co")).is_empty());
    }
}
