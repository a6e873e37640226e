//! Instagram with Instagram Login (developers.facebook.com, "Instagram API with Instagram Login").
//!
//! Its quirks: a code is exchanged twice, for a token of an hour and then for one of 60 days; a token is extended in place, once it is
//! a day old; an expired one cannot be saved. Absent figures are an empty list, not 0.

mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use reqwest::{Client, RequestBuilder};
use serde::de::DeserializeOwned;
use url::Url;
use wire::{Insights, LongLivedToken, Me, TokenAnswer};

use super::{DayInsights, Grant, OAuthProvider, Profile, ProviderError, Readable, Tokens};
use crate::{
    domain::{account::Secret, figures::Metric},
    server::{
        config::InstagramConfig,
        infra::{clock::Clock, http},
    },
};

const BASIC: &str = "instagram_business_basic";
const INSIGHTS: &str = "instagram_business_manage_insights";

/// Only a token this old can be refreshed.
const REFRESH_AGE: TimeDelta = TimeDelta::hours(24);
/// A token lives 60 days; from the thirtieth on each sync tries to extend it.
const REFRESH_BEFORE: TimeDelta = TimeDelta::days(30);

/// Instagram.
pub struct Instagram {
    config: InstagramConfig,
    client_id: String,
    client_secret: Secret,
    http: Client,
    clock: Arc<dyn Clock>,
}

impl Instagram {
    /// `None` where there are no keys.
    pub fn new(config: &InstagramConfig, http: Client, clock: Arc<dyn Clock>) -> Option<Self> {
        let (client_id, client_secret) = config.keys.clone()?;
        Some(Self { config: config.clone(), client_id, client_secret, http, clock })
    }

    fn graph(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.config.graph_url.clone();
        url.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
        url.query_pairs_mut().extend_pairs(query);
        url
    }

    fn versioned(&self, path: &str, query: &[(&str, &str)]) -> Url {
        self.graph(&format!("{}/{path}", self.config.api_version), query)
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, ProviderError> {
        wire::read(&http::send(request).await?)
    }

    /// A token of 60 days, in the place of a younger one.
    async fn lasting(&self, url: Url) -> Result<Tokens, ProviderError> {
        let token: LongLivedToken = self.ask(self.http.get(url)).await?;
        let issued_at = self.clock.now();
        let expires_at = TimeDelta::try_seconds(token.expires_in).and_then(|lifetime| issued_at.checked_add_signed(lifetime));
        Ok(Tokens { access: token.access_token, refresh: None, issued_at, expires_at })
    }
}

#[async_trait]
impl OAuthProvider for Instagram {
    fn is_sandbox(&self) -> bool {
        self.config.is_sandbox()
    }

    fn authorize_url(&self, state: &str, redirect_uri: &str) -> Url {
        let mut url = self.config.authorize_url.clone();
        url.query_pairs_mut().extend_pairs([
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", redirect_uri),
            ("response_type", "code"),
            ("scope", &format!("{BASIC},{INSIGHTS}")),
            ("state", state),
        ]);
        url
    }

    async fn exchange_code(&self, code: &str, redirect_uri: &str) -> Result<Grant, ProviderError> {
        // Instagram appends `#_` to what it sends back; some clients keep it in the code.
        let code = code.trim_end_matches("#_");
        let form = [
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.expose()),
            ("grant_type", "authorization_code"),
            ("redirect_uri", redirect_uri),
            ("code", code),
        ];
        let answer: TokenAnswer = self.ask(self.http.post(self.config.token_url.clone()).form(&form)).await?;
        let short = answer.token().ok_or_else(|| ProviderError::Transient("an empty list of tokens".to_owned()))?;
        let query = [
            ("grant_type", "ig_exchange_token"),
            ("client_secret", self.client_secret.expose()),
            ("access_token", short.access_token.expose()),
        ];
        let tokens = self.lasting(self.graph("access_token", &query)).await?;
        Ok(Grant { tokens, scopes: short.permissions.list() })
    }

    fn can_read_account(&self, scopes: &[String]) -> bool {
        scopes.iter().any(|scope| scope == BASIC)
    }

    fn scopes_without_insights(&self, scopes: &[String]) -> Vec<String> {
        scopes.iter().filter(|scope| *scope != INSIGHTS).cloned().collect()
    }

    fn can_refresh(&self, tokens: &Tokens, now: DateTime<Utc>) -> bool {
        now - tokens.issued_at >= REFRESH_AGE && tokens.expires_at.is_none_or(|end| end > now)
    }

    fn should_refresh(&self, tokens: &Tokens, now: DateTime<Utc>) -> bool {
        self.can_refresh(tokens, now) && tokens.expires_at.is_some_and(|end| end - now <= REFRESH_BEFORE)
    }

    async fn refresh(&self, tokens: &Tokens) -> Result<Tokens, ProviderError> {
        let query = [("grant_type", "ig_refresh_token"), ("access_token", tokens.access.expose())];
        self.lasting(self.graph("refresh_access_token", &query)).await
    }

    async fn fetch_profile(&self, access: &Secret) -> Result<Profile, ProviderError> {
        let query = [("fields", "user_id,username,name,account_type,followers_count"), ("access_token", access.expose())];
        let me: Me = self.ask(self.http.get(self.versioned("me", &query))).await?;
        Ok(Profile { account_id: me.user_id, name: me.username, followers: me.followers_count })
    }

    async fn fetch_day(&self, access: &Secret, day: NaiveDate) -> Result<DayInsights, ProviderError> {
        let since = day.and_time(NaiveTime::MIN).and_utc();
        let (since, until) = (since.timestamp().to_string(), (since + TimeDelta::days(1)).timestamp().to_string());
        let query = [
            ("metric", "views,reach,total_interactions"),
            ("period", "day"),
            ("metric_type", "total_value"),
            ("since", &since),
            ("until", &until),
            ("access_token", access.expose()),
        ];
        let insights: Insights = self.ask(self.http.get(self.versioned("me/insights", &query))).await?;
        Ok(DayInsights {
            views: insights.total("views"),
            reach: insights.total("reach"),
            interactions: insights.total("total_interactions"),
        })
    }

    async fn revoke(&self, access: &Secret) -> Result<(), ProviderError> {
        let url = self.versioned("me/permissions", &[("access_token", access.expose())]);
        self.ask::<serde_json::Value>(self.http.delete(url)).await.map(drop)
    }
}

/// What the scopes are good for.
pub fn readable(metric: Metric, scopes: &[String]) -> Readable {
    let granted = |wanted: &str| if scopes.iter().any(|scope| scope == wanted) { Readable::Yes } else { Readable::Refused };
    match metric {
        Metric::Audience => granted(BASIC),
        Metric::Views | Metric::EngagementRate => granted(INSIGHTS),
        Metric::Revenue => Readable::Unsupported,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_scopes_allow_can_be_read() {
        let scopes = [BASIC.to_owned()];
        assert_eq!(readable(Metric::Audience, &scopes), Readable::Yes);
        assert_eq!(readable(Metric::Views, &scopes), Readable::Refused);
        assert_eq!(readable(Metric::Revenue, &scopes), Readable::Unsupported);
    }
}
