//! Consents: codes, the tokens they become, and what was withdrawn.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::accounts::Account;

/// What a code is good for, where it was sent and until when it works.
#[derive(Debug, Clone)]
pub struct Code {
    /// The platform.
    pub vendor: &'static str,
    /// Whose.
    pub account: Account,
    /// What was allowed.
    pub scopes: Vec<String>,
    /// Where it was sent.
    pub redirect_uri: String,
    /// PKCE, where it was used.
    pub challenge: Option<String>,
    /// Whether there is to be a refresh token.
    pub is_lasting: bool,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Is sent with every call.
    Access,
    /// Gets another access token.
    Refresh,
    /// Only to be exchanged for a lasting one.
    Short,
}

impl TokenKind {
    const ALL: [Self; 3] = [Self::Access, Self::Refresh, Self::Short];

    const fn word(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::Short => "short",
        }
    }
}

/// What a token is good for. Tokens say it themselves, so that they work on when the sandbox is started again.
#[derive(Debug, Clone)]
pub struct Token {
    /// What it is for.
    pub kind: TokenKind,
    /// Whose.
    pub account: Account,
    /// What was allowed.
    pub scopes: Vec<String>,
    /// When it was given out.
    pub issued_at: DateTime<Utc>,
    /// How long it works; zero is for ever.
    pub lifetime: TimeDelta,
}

impl Token {
    /// `{vendor}.{kind}~{name}~{microseconds}~{seconds}~{scopes}~{number}`
    fn text(&self, vendor: &str, number: u64) -> String {
        let (issued_at, lifetime) = (self.issued_at.timestamp_micros(), self.lifetime.num_seconds());
        format!("{vendor}.{}~{}~{issued_at}~{lifetime}~{}~{number}", self.kind.word(), self.account.name, self.scopes.join(","))
    }

    fn parse(vendor: &str, text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(vendor)?.strip_prefix('.')?.split('~');
        let (kind, name, issued_at, lifetime, scopes) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            kind: TokenKind::ALL.into_iter().find(|known| known.word() == kind)?,
            account: Account::named(name)?,
            scopes: scopes.split(',').filter(|scope| !scope.is_empty()).map(ToOwned::to_owned).collect(),
            issued_at: DateTime::from_timestamp_micros(issued_at.parse().ok()?)?,
            lifetime: TimeDelta::try_seconds(lifetime.parse().ok()?)?,
        })
    }

    fn is_over(&self, now: DateTime<Utc>) -> bool {
        !self.lifetime.is_zero() && self.issued_at + self.lifetime <= now
    }

    /// Whether it may.
    pub fn allows(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }
}

/// All consents that were given.
#[derive(Default)]
pub struct Grants {
    last: u64,
    codes: HashMap<String, Code>,
    /// Tokens of an account that were given out until then are void.
    revoked: HashMap<(String, Account), DateTime<Utc>>,
    /// Refresh tokens that are good once, and were used.
    used: HashSet<String>,
}

impl Grants {
    /// A code for a consent.
    pub fn add_code(&mut self, code: Code) -> String {
        let name = format!("code-{}-{:08x}", code.vendor, self.number());
        self.codes.insert(name.clone(), code);
        name
    }

    /// Uses a code up. `None`: unknown, used, too late, or sent elsewhere.
    pub fn take_code(&mut self, vendor: &str, name: &str, redirect_uri: &str, now: DateTime<Utc>) -> Option<Code> {
        let is_fit = |code: &Code| code.vendor == vendor && code.expires_at > now && code.redirect_uri == redirect_uri;
        self.codes.remove(name).filter(is_fit)
    }

    /// Gives a token out.
    pub fn issue(&mut self, vendor: &str, token: &Token) -> String {
        let number = self.number();
        token.text(vendor, number)
    }

    /// What a token is good for, if it still works.
    pub fn open(&self, vendor: &str, kind: TokenKind, text: &str, now: DateTime<Utc>) -> Option<Token> {
        let token = Token::parse(vendor, text).filter(|token| token.kind == kind && !token.is_over(now))?;
        let revoked_at = self.revoked.get(&(vendor.to_owned(), token.account.clone()));
        let is_void = revoked_at.is_some_and(|at| token.issued_at <= *at) || self.used.contains(text);
        (!is_void).then_some(token)
    }

    /// Marks a refresh token as used.
    pub fn use_up(&mut self, text: &str) {
        self.used.insert(text.to_owned());
    }

    /// Ends all accesses to an account that were given so far.
    pub fn revoke(&mut self, vendor: &str, account: Account, now: DateTime<Utc>) {
        self.revoked.insert((vendor.to_owned(), account), now);
    }

    /// Whose a code or a token is.
    pub fn owner(&self, vendor: &str, code_or_token: &str) -> Option<Account> {
        let of_code = self.codes.get(code_or_token).map(|code| code.account.clone());
        of_code.or_else(|| Token::parse(vendor, code_or_token).map(|token| token.account))
    }

    fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}
