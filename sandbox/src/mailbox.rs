//! In-memory store of received mails, newest first.

use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError, RwLock},
};

use chrono::{DateTime, Utc};
use mail_parser::MessageParser;
use serde::Serialize;

/// Maximum number of mails; the oldest are dropped first.
const CAPACITY: usize = 1000;

/// A received mail.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// Sequence number.
    pub id: u64,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// Envelope sender.
    pub from: String,
    /// Decoded subject.
    pub subject: String,
    /// Text part; empty if there is none.
    pub text: String,
    /// HTML part; empty if there is none.
    pub html: String,
    /// Time of receipt.
    pub received_at: DateTime<Utc>,
}

/// The received mails; clones share them.
#[derive(Clone, Default)]
pub struct Mailbox(Arc<RwLock<MailboxInner>>);

#[derive(Default)]
struct MailboxInner {
    last_id: u64,
    mails: VecDeque<Mail>,
}

impl Mailbox {
    /// Parses and stores a raw message (RFC 5322).
    #[expect(clippy::disallowed_methods, reason = "the mailbox has no access to the sandbox's clock")]
    pub fn take(&self, from: String, to: Vec<String>, raw: &[u8]) {
        let parsed = MessageParser::default().parse(raw);
        let subject = parsed.as_ref().and_then(|message| message.subject()).unwrap_or_default().to_owned();
        let body = |body: Option<std::borrow::Cow<'_, str>>| body.unwrap_or_default().into_owned();
        let text = body(parsed.as_ref().and_then(|message| message.body_text(0)));
        let html = body(parsed.as_ref().and_then(|message| message.body_html(0)));
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        inner.last_id += 1;
        let id = inner.last_id;
        tracing::info!(id, subject, "mail received");
        inner.mails.push_front(Mail { id, to, from, subject, text, html, received_at: Utc::now() });
        inner.mails.truncate(CAPACITY);
    }

    /// Returns the mails to an address, or all mails for `None`, newest first.
    pub fn list(&self, to: Option<&str>) -> Vec<Mail> {
        let inner = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let is_for = |mail: &&Mail| to.is_none_or(|to| mail.to.iter().any(|address| address.eq_ignore_ascii_case(to)));
        inner.mails.iter().filter(is_for).cloned().collect()
    }

    /// Returns the mail with this id.
    pub fn find(&self, id: u64) -> Option<Mail> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).mails.iter().find(|mail| mail.id == id).cloned()
    }

    /// Deletes all mails; ids are not reused.
    pub fn clear(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).mails.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn take_multipart_message_decodes_subject_and_parts() {
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
