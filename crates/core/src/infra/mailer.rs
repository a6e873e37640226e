//! Sends mails through an SMTP server.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::{Mailbox, Message, MultiPart},
};

use crate::{
    config::MailConfig,
    infra::{mail::OutboxMail, metrics::record_call},
};

/// Timeout for sending one mail.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Failure to send a mail.
#[derive(Debug, thiserror::Error)]
pub enum MailerError {
    /// Permanent: an address or setting is invalid, or the server rejected the mail permanently (SMTP 5xx).
    #[error("mail cannot be sent: {0}")]
    Permanent(String),
    /// Transient: a retry may succeed.
    #[error("failed to send mail: {0}")]
    Transient(String),
}

/// Sends mails: by SMTP in production, into memory in tests.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends one mail. The error says whether a retry can succeed.
    async fn send(&self, mail: &OutboxMail) -> Result<(), MailerError>;
}

/// Sends mails through any SMTP server, such as Amazon SES or the sandbox.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpMailer {
    /// Configures the transport; it connects when the first mail is sent.
    ///
    /// # Errors
    /// `SMTP_URL` or `MAIL_FROM` is invalid.
    pub fn new(config: &MailConfig) -> Result<Self, MailerError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&config.smtp_url)
            .map_err(|error| MailerError::Permanent(error.to_string()))?
            .timeout(Some(TIMEOUT))
            .build();
        let from = config.from.parse().map_err(|error| MailerError::Permanent(format!("MAIL_FROM: {error}")))?;
        Ok(Self { transport, from })
    }

    /// Connects to the server and signs in, without sending a mail.
    pub async fn test_connection(&self) -> Result<(), MailerError> {
        match tokio::time::timeout(TIMEOUT, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(MailerError::Transient("the server does not accept mails now".to_owned())),
            Ok(Err(error)) => Err(MailerError::Transient(error.to_string())),
            Err(_) => Err(MailerError::Transient(format!("no response within {TIMEOUT:?}"))),
        }
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &OutboxMail) -> Result<(), MailerError> {
        let to = mail.recipient.parse().map_err(|error| MailerError::Permanent(format!("recipient: {error}")))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&mail.subject)
            .multipart(MultiPart::alternative_plain_html(mail.text_body.clone(), mail.html_body.clone()))
            .map_err(|error| MailerError::Permanent(error.to_string()))?;
        // The transport's own timeout covers only the connection.
        let begun = Instant::now();
        let outcome = tokio::time::timeout(TIMEOUT, self.transport.send(message)).await;
        record_call("smtp", begun, matches!(outcome, Ok(Ok(_))));
        match outcome {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err(MailerError::Permanent(error.to_string())),
            Ok(Err(error)) => Err(MailerError::Transient(error.to_string())),
            Err(_) => Err(MailerError::Transient(format!("no response within {TIMEOUT:?}"))),
        }
    }
}
