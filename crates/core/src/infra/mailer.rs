//! Hands mails to a mail server.

use std::time::Duration;

use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::{Mailbox, Message, MultiPart},
};

use crate::{config::MailConfig, db::outbox::OutboxMail};

/// One hand-over may take this long.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Why a mail did not leave.
#[derive(Debug, thiserror::Error)]
pub enum MailerError {
    /// Never will: an address or a setting is not valid, or the server refused it for good.
    #[error("the mail cannot be sent: {0}")]
    Invalid(String),
    /// May, later.
    #[error("the mail server did not take it: {0}")]
    Delivery(String),
}

/// Sends mail. SMTP in production; tests remember instead.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands one mail over.
    async fn send(&self, mail: &OutboxMail) -> Result<(), MailerError>;
}

/// Any SMTP server: SES speaks it, and so does the sandbox.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpMailer {
    /// Prepares the connection; nothing is sent yet.
    ///
    /// # Errors
    /// `SMTP_URL` or `MAIL_FROM` is not valid.
    pub fn new(config: &MailConfig) -> Result<Self, MailerError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&config.smtp_url)
            .map_err(|error| MailerError::Invalid(error.to_string()))?
            .timeout(Some(TIMEOUT))
            .build();
        let from = config.from.parse().map_err(|error| MailerError::Invalid(format!("MAIL_FROM: {error}")))?;
        Ok(Self { transport, from })
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &OutboxMail) -> Result<(), MailerError> {
        let to = mail.recipient.parse().map_err(|error| MailerError::Invalid(format!("recipient: {error}")))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&mail.subject)
            .multipart(MultiPart::alternative_plain_html(mail.text_body.clone(), mail.html_body.clone()))
            .map_err(|error| MailerError::Invalid(error.to_string()))?;
        // The transport's own limit covers the connection alone.
        match tokio::time::timeout(TIMEOUT, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err(MailerError::Invalid(error.to_string())),
            Ok(Err(error)) => Err(MailerError::Delivery(error.to_string())),
            Err(_) => Err(MailerError::Delivery(format!("no answer within {TIMEOUT:?}"))),
        }
    }
}
