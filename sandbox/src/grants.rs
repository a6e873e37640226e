//! OAuth grants: authorization codes, tokens and revocations.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::accounts::Account;

/// An authorization code: what it grants, its redirect URI and its expiry.
#[derive(Debug, Clone)]
pub struct Code {
    /// Name of the platform.
    pub platform: &'static str,
    /// Account that gave consent.
    pub account: Account,
    /// Granted scopes.
    pub scopes: Vec<String>,
    /// Redirect URI that the code was sent to.
    pub redirect_uri: String,
    /// PKCE code challenge; `None` if PKCE was not used.
    pub challenge: Option<String>,
    /// Whether the exchange also issues a refresh token.
    pub wants_refresh_token: bool,
    /// Expiry of the code.
    pub expires_at: DateTime<Utc>,
}

/// Kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Sent with every API call.
    Access,
    /// Exchanged for a new access token.
    Refresh,
    /// Instagram's short-lived access token, which is exchanged for a long-lived one.
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

/// A token. Its text encodes all fields, so tokens stay valid when the sandbox restarts.
#[derive(Debug, Clone)]
pub struct Token {
    /// Kind of the token.
    pub kind: TokenKind,
    /// Account that gave consent.
    pub account: Account,
    /// Granted scopes.
    pub scopes: Vec<String>,
    /// Time of issue.
    pub issued_at: DateTime<Utc>,
    /// Lifetime; zero means that the token never expires.
    pub lifetime: TimeDelta,
}

impl Token {
    /// Encodes the token as `{platform}.{kind}~{name}~{issued at, µs}~{lifetime, s}~{scopes}~{number}`; `number` makes it unique.
    fn text(&self, platform: &str, number: u64) -> String {
        let (issued_at, lifetime) = (self.issued_at.timestamp_micros(), self.lifetime.num_seconds());
        format!("{platform}.{}~{}~{issued_at}~{lifetime}~{}~{number}", self.kind.word(), self.account.name, self.scopes.join(","))
    }

    fn parse(platform: &str, text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(platform)?.strip_prefix('.')?.split('~');
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

    /// Returns whether the scope was granted.
    pub fn allows(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }
}

/// All grants of the sandbox.
#[derive(Default)]
pub struct Grants {
    last: u64,
    codes: HashMap<String, Code>,
    /// Time of revocation by platform and account; tokens issued at or before it are void.
    revoked: HashMap<(String, Account), DateTime<Utc>>,
    /// One-time refresh tokens that have been used.
    used: HashSet<String>,
}

impl Grants {
    /// Stores a grant and returns its authorization code.
    pub fn add_code(&mut self, code: Code) -> String {
        let name = format!("code-{}-{:08x}", code.platform, self.number());
        self.codes.insert(name.clone(), code);
        name
    }

    /// Consumes an authorization code. Returns `None` if it is unknown, used, expired, or of another platform or redirect URI.
    pub fn take_code(&mut self, (platform, redirect_uri): (&str, &str), name: &str, now: DateTime<Utc>) -> Option<Code> {
        let is_fit = |code: &Code| code.platform == platform && code.expires_at > now && code.redirect_uri == redirect_uri;
        self.codes.remove(name).filter(is_fit)
    }

    /// Issues a token and returns its text.
    pub fn issue(&mut self, platform: &str, token: &Token) -> String {
        let number = self.number();
        token.text(platform, number)
    }

    /// Decodes a token. Returns `None` if it is of another kind, expired, revoked or used.
    pub fn open(&self, (platform, kind): (&str, TokenKind), text: &str, now: DateTime<Utc>) -> Option<Token> {
        let token = Token::parse(platform, text).filter(|token| token.kind == kind && !token.is_over(now))?;
        let revoked_at = self.revoked.get(&(platform.to_owned(), token.account.clone()));
        let is_void = revoked_at.is_some_and(|at| token.issued_at <= *at) || self.used.contains(text);
        (!is_void).then_some(token)
    }

    /// Marks a one-time refresh token as used.
    pub fn use_up(&mut self, text: &str) {
        self.used.insert(text.to_owned());
    }

    /// Revokes all tokens of an account issued up to `now`.
    pub fn revoke(&mut self, platform: &str, account: Account, now: DateTime<Utc>) {
        self.revoked.insert((platform.to_owned(), account), now);
    }

    /// Returns the account of an authorization code or token; tokens need not be valid any more.
    pub fn owner(&self, platform: &str, code_or_token: &str) -> Option<Account> {
        let of_code = self.codes.get(code_or_token).map(|code| code.account.clone());
        of_code.or_else(|| Token::parse(platform, code_or_token).map(|token| token.account))
    }

    fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}
