use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use huntaze_core::infra::{
    mail::OutboxMail,
    mailer::{Mailer, MailerError},
};

/// Mailer that stores mails in memory; fails while `is_down` is set.
#[derive(Clone, Default)]
pub struct MemoryMailer {
    sent: Arc<Mutex<Vec<OutboxMail>>>,
    pub is_down: Arc<std::sync::atomic::AtomicBool>,
}

impl MemoryMailer {
    pub fn newest_to(&self, email: &str) -> Option<OutboxMail> {
        self.sent.lock().expect("no panic").iter().rev().find(|mail| mail.recipient == email).cloned()
    }

    pub fn subjects_to(&self, email: &str) -> Vec<String> {
        self.sent.lock().expect("no panic").iter().filter(|mail| mail.recipient == email).map(|mail| mail.subject.clone()).collect()
    }

    pub fn count(&self) -> usize {
        self.sent.lock().expect("no panic").len()
    }

    pub fn count_to(&self, email: &str) -> usize {
        self.sent.lock().expect("no panic").iter().filter(|mail| mail.recipient == email).count()
    }
}

#[async_trait]
impl Mailer for MemoryMailer {
    async fn send(&self, mail: &OutboxMail) -> Result<(), MailerError> {
        if self.is_down.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(MailerError::Transient("down".to_owned()));
        }
        self.sent.lock().expect("no panic").push(mail.clone());
        Ok(())
    }
}
