//! Contents of mails. HTML and text bodies are rendered from one description, so they cannot differ.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use html_escape::{encode_double_quoted_attribute, encode_text};
use huntaze_domain::ids::MailId;

/// A rendered mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Address of the recipient.
    pub to: String,
    /// Subject line.
    pub subject: &'static str,
    /// Plain-text body.
    pub text: String,
    /// HTML body.
    pub html: String,
}

/// Kind of a mail, with the links that it contains.
#[derive(Debug, Clone)]
pub enum Message {
    /// Address verification after registration.
    Verify {
        /// Verification link, valid for 24 hours. Opening it proves access to the mailbox.
        link: String,
    },
    /// Registration with an address that already has a verified account.
    AlreadyRegistered {
        /// URL of the login page.
        login: String,
    },
    /// Password reset requested.
    Reset {
        /// Reset link, valid for one hour.
        link: String,
    },
    /// The password was changed.
    PasswordChanged {
        /// URL of the page to request a password reset, in case the user did not change the password.
        forgot: String,
    },
    /// Somebody signed in from a browser in which the account was not used before.
    NewDevice {
        /// When and from where.
        details: Details,
        /// URL of the page to request a password reset.
        forgot: String,
    },
    /// Many sign-ins have failed.
    LoginFailures {
        /// The last one.
        details: Details,
        /// URL of the page to request a password reset.
        forgot: String,
    },
    /// The token of a session was used after its user had signed out.
    EndedSessionUsed {
        /// When and from where.
        details: Details,
        /// URL of the page to request a password reset.
        forgot: String,
    },
    /// A platform account was connected.
    AccountConnected {
        /// Which one, when and from where.
        details: Details,
        /// URL of the page with the connected accounts.
        integrations: String,
    },
    /// 80 % of the monthly AI requests are used.
    QuotaNear(
        /// URL of the settings.
        String,
    ),
    /// All monthly AI requests are used.
    QuotaUsedUp(
        /// URL of the settings.
        String,
    ),
}

/// When and from where something was done, as a mail says it.
#[derive(Debug, Clone)]
pub struct Details {
    /// Platform and account; `None` if it is about none.
    pub account: Option<String>,
    /// Browser and operating system.
    pub device: String,
    /// IP address.
    pub ip: String,
    /// When it was done.
    pub time: DateTime<Utc>,
}

impl Details {
    fn lines(&self) -> Vec<String> {
        let account = self.account.as_ref().map(|account| format!("Account: {account}"));
        let rest = [
            format!("Device: {}", self.device),
            format!("Address: {}", self.ip),
            format!("Time: {} (UTC)", self.time.format("%Y-%m-%d %H:%M")),
        ];
        account.into_iter().chain(rest).collect()
    }
}

struct Parts {
    subject: &'static str,
    heading: &'static str,
    paragraphs: &'static [&'static str],
    details: Vec<String>,
    button: (&'static str, String),
    closing: &'static [&'static str],
}

impl Message {
    /// Renders the mail to `to`.
    pub fn to(self, to: impl Into<String>) -> Mail {
        let parts = self.parts();
        Mail { to: to.into(), subject: parts.subject, text: parts.text(), html: parts.html() }
    }

    fn parts(self) -> Parts {
        match self {
            Self::Verify { link } => Parts {
                subject: "Verify your e-mail for Huntaze",
                heading: "Welcome to Huntaze",
                paragraphs: &["Please confirm that this address is yours. Then you can sign in."],
                details: Vec::new(),
                button: ("Verify e-mail", link),
                closing: &[
                    "The link is valid for 24 hours. If you did not create this account, ignore this mail: without the link nobody can use it.",
                ],
            },
            Self::AlreadyRegistered { login } => Parts {
                subject: "You already have a Huntaze account",
                heading: "You already have an account",
                paragraphs: &[
                    "Someone, probably you, tried to create a Huntaze account with this address. You have one already, and nothing was changed.",
                    "If you do not remember your password, choose “Forgot your password?” on the sign-in page.",
                ],
                details: Vec::new(),
                button: ("Sign in", login),
                closing: &["If it was not you, there is nothing to do."],
            },
            Self::Reset { link } => Parts {
                subject: "Reset your Huntaze password",
                heading: "Choose a new password",
                paragraphs: &["Someone, probably you, asked for a new password for this account."],
                details: Vec::new(),
                button: ("Reset password", link),
                closing: &[
                    "The link is valid for one hour and works once. If it was not you, ignore this mail: your password stays as it is.",
                ],
            },
            Self::PasswordChanged { forgot } => Parts {
                subject: "Your Huntaze password was changed",
                heading: "Your password was changed",
                paragraphs: &["The password of your account was just changed, and all other devices were signed out."],
                details: Vec::new(),
                button: ("It was not me", forgot),
                closing: &["If it was you, there is nothing to do. If it was not, choose a new password now."],
            },
            Self::NewDevice { details, forgot } => Parts {
                subject: "New sign-in to your Huntaze account",
                heading: "A new device has signed in",
                paragraphs: &["Your account was just used in a browser that it was not used in before."],
                details: details.lines(),
                button: ("It was not me", forgot),
                closing: &["If it was you, there is nothing to do. If it was not, choose a new password now: that signs out all devices."],
            },
            Self::LoginFailures { details, forgot } => Parts {
                subject: "Many failed sign-ins at your Huntaze account",
                heading: "Somebody tries to sign in",
                paragraphs: &[
                    "The password of your account was entered wrong many times within an hour. Nobody got in by that. This was the last attempt:",
                ],
                details: details.lines(),
                button: ("Choose a new password", forgot),
                closing: &[
                    "If you forgot your password, choose a new one. If it was not you, there is nothing to do as long as you use your password nowhere else.",
                ],
            },
            Self::EndedSessionUsed { details, forgot } => Parts {
                subject: "Your Huntaze account may be at risk",
                heading: "A session was used after you signed out",
                paragraphs: &[
                    "Somebody tried to go on with a session that you had signed out of, and was refused. Your browser has forgotten that session, so \
                     something else has a copy of it: a browser extension, or a program on your device.",
                ],
                details: details.lines(),
                button: ("Choose a new password", forgot),
                closing: &["Choose a new password, and check what is installed on the devices that you use."],
            },
            Self::AccountConnected { details, integrations } => Parts {
                subject: "An account was connected to Huntaze",
                heading: "An account was connected",
                paragraphs: &["Huntaze can now read this account."],
                details: details.lines(),
                button: ("See your accounts", integrations),
                closing: &["If it was not you, disconnect the account and choose a new password."],
            },
            Self::QuotaNear(settings) => Parts {
                subject: "You have used 80 % of this month's AI requests",
                heading: "Four in five AI requests are used",
                paragraphs: &["You have used 80 % of the AI requests of this month. They renew on the first of the next one (UTC)."],
                details: Vec::new(),
                button: ("See what is left", settings),
                closing: &["Everything else in Huntaze works on without AI."],
            },
            Self::QuotaUsedUp(settings) => Parts {
                subject: "You have used all AI requests of this month",
                heading: "All AI requests of this month are used",
                paragraphs: &["You have used all AI requests of this month. They renew on the first of the next one (UTC)."],
                details: Vec::new(),
                button: ("See your settings", settings),
                closing: &["Everything else in Huntaze works on without AI."],
            },
        }
    }
}

impl Parts {
    fn text(&self) -> String {
        let mut text = format!("{}\n\n", self.heading);
        for paragraph in self.paragraphs {
            let _ = write!(text, "{paragraph}\n\n");
        }
        if !self.details.is_empty() {
            let _ = write!(text, "{}\n\n", self.details.join("\n"));
        }
        let _ = write!(text, "{}:\n{}\n", self.button.0, self.button.1);
        for paragraph in self.closing {
            let _ = write!(text, "\n{paragraph}\n");
        }
        text + "\nHuntaze\n"
    }

    /// Uses tables and inline styles, because mail clients support little else.
    fn html(&self) -> String {
        let paragraph =
            |text: &&str| format!("<p style=\"margin:0 0 16px;font-size:15px;line-height:24px;color:#d4d4d4\">{}</p>", encode_text(*text));
        let mut paragraphs: String = self.paragraphs.iter().map(paragraph).collect();
        if !self.details.is_empty() {
            let lines: Vec<_> = self.details.iter().map(|line| encode_text(line).into_owned()).collect();
            let _ =
                write!(paragraphs, "<p style=\"margin:0 0 16px;font-size:15px;line-height:24px;color:#d4d4d4\">{}</p>", lines.join("<br>"));
        }
        let closing: String = self.closing.iter().map(paragraph).collect();
        let link = encode_double_quoted_attribute(&self.button.1);
        format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
             <title>{subject}</title></head><body style=\"margin:0;background:#000000\">\
             <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\"><tr><td align=\"center\" style=\"padding:32px 16px\">\
             <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"max-width:560px;background:#0f0f0f;\
             border:1px solid #2a2a2a;border-radius:12px;font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',sans-serif\">\
             <tr><td style=\"padding:32px\"><h1 style=\"margin:0 0 16px;font-size:24px;line-height:32px;color:#ffffff\">{heading}</h1>{paragraphs}\
             <p style=\"margin:24px 0\"><a href=\"{link}\" style=\"display:inline-block;padding:12px 24px;background:#7c3aed;color:#ffffff;\
             border-radius:8px;font-size:15px;font-weight:600;text-decoration:none\">{button}</a></p>{closing}\
             <p style=\"margin:24px 0 0;font-size:13px;line-height:20px;color:#a3a3a3;word-break:break-all\">\
             The button does not work? Copy this address: {link}</p></td></tr></table></td></tr></table></body></html>",
            subject = encode_text(self.subject),
            heading = encode_text(self.heading),
            button = encode_text(self.button.0),
        )
    }
}

/// A mail in the outbox.
#[derive(Debug, Clone)]
pub struct OutboxMail {
    /// `UUIDv7`.
    pub id: MailId,
    /// Address of the recipient.
    pub recipient: String,
    /// Subject line.
    pub subject: String,
    /// Plain-text body.
    pub text_body: String,
    /// HTML body.
    pub html_body: String,
    /// Number of attempts to send it, including the current one.
    pub attempts: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_html_bodies_match_snapshots() {
        let mail = Message::Verify { link: "https://x.example/verify-email?token=a&b".to_owned() }.to("a@b.co");
        insta::assert_snapshot!("verify_text", mail.text);
        insta::assert_snapshot!("verify_html", mail.html);
    }

    #[test]
    fn links_are_escaped_only_in_html() {
        let mail = Message::Reset { link: "https://x.example/?a=\"><script>".to_owned() }.to("a@b.co");
        assert!(!mail.html.contains("<script>"));
        assert!(mail.text.contains("\"><script>"));
    }
}
