//! Client for a partner service that fetches earnings from `OnlyFans` (docs.onlyfansapi.com).
//!
//! Quirks: each request costs the user one credit; amounts are decimal numbers; descriptions are HTML, and the kind of an entry follows
//! from its description only. An unknown account is a 404.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use huntaze_domain::{
    accounts::Secret,
    earnings::statement::{Direction, Entry, Meaning, State, meaning_of, state_of},
    money::Currency,
};
use reqwest::{Client, StatusCode, header};
use serde::Deserialize;
use serde_json::Number;
use url::Url;

use super::{
    ProviderError,
    client::{PlatformClient, ResponsePolicy, no_rate_limit_reset},
};
use crate::{
    config::PartnerConfig,
    infra::{clock::Clock, http::HttpResponse},
};

/// Transactions per page; large pages save credits.
const PAGE: u32 = 100;
/// Maximum length of a stored description, in characters.
const MAX_DESCRIPTION_CHARS: usize = 200;

/// Partner API client.
pub struct Partner {
    api_url: Url,
    client: PlatformClient,
}

/// One page of transactions, newest first.
pub struct Page {
    /// Transactions that are earnings; each reference is the partner's transaction id.
    pub entries: Vec<Entry>,
    /// Time of the oldest transaction on the page, earnings or not; `None` if the page is empty.
    pub oldest: Option<DateTime<Utc>>,
    /// Marker of the next page; `None` on the last page.
    pub next: Option<i64>,
}

/// What [`Partner::transactions`] asks for.
pub struct TransactionQuery<'a> {
    /// Account at the partner.
    pub account: &'a str,
    /// First UTC day.
    pub since: NaiveDate,
    /// The `next` of the page before; `None` starts with the newest transactions.
    pub marker: Option<i64>,
}

impl Partner {
    /// Creates the client; `None` if no partner is configured.
    pub fn new(config: &PartnerConfig, http: Client, clock: Arc<dyn Clock>) -> Option<Self> {
        let policy = ResponsePolicy { name: "partner", classify_error: error, rate_limit_reset: no_rate_limit_reset };
        Some(Self { api_url: config.api_url.clone()?, client: PlatformClient::new(http, clock, policy) })
    }

    /// Fetches one page of an account's transactions.
    ///
    /// # Errors
    /// [`ProviderError::Revoked`] if the key is rejected, [`ProviderError::NoAccount`] if the account is unknown, and other
    /// [`ProviderError`]s as usual.
    pub async fn transactions(&self, key: &Secret, query: &TransactionQuery<'_>) -> Result<Page, ProviderError> {
        let &TransactionQuery { account, since, marker } = query;
        let mut url = self.api_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend([account, "transactions"]);
        }
        url.query_pairs_mut().append_pair("limit", &PAGE.to_string()).append_pair("startDate", &format!("{since} 00:00:00"));
        if let Some(marker) = marker {
            url.query_pairs_mut().append_pair("marker", &marker.to_string());
        }
        let response: Transactions = self.client.send_json(account, self.client.http().get(url).bearer_auth(key.expose())).await?;
        response.page()
    }
}

/// `GET /api/{account}/transactions`
#[derive(Deserialize)]
struct Transactions {
    data: TransactionList,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TransactionList {
    list: Vec<Transaction>,
    has_more: bool,
    next_marker: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transaction {
    id: String,
    net: Number,
    created_at: DateTime<Utc>,
    currency: String,
    description: Option<String>,
    status: Option<String>,
}

impl Transactions {
    fn page(self) -> Result<Page, ProviderError> {
        let TransactionList { list, has_more, next_marker } = self.data;
        let oldest = list.iter().map(|transaction| transaction.created_at).min();
        let entries = list.into_iter().filter_map(|transaction| transaction.entry().transpose());
        Ok(Page { entries: entries.collect::<Result<_, _>>()?, oldest, next: next_marker.filter(|_| has_more) })
    }
}

impl Transaction {
    /// Converts to an entry; `None` if the transaction is not earnings, for example a pay-out or a failed payment.
    fn entry(self) -> Result<Option<Entry>, ProviderError> {
        let unexpected = |what: &str| ProviderError::Transient(format!("unexpected {what}"));
        let description = without_tags(self.description.as_deref().unwrap_or_default());
        let Meaning::Transaction(kind, direction) = meaning_of(&description) else { return Ok(None) };
        if direction == Direction::Unclear
            || matches!(state_of(self.status.as_deref().unwrap_or_default()), State::Unpaid | State::GivenBack)
        {
            return Ok(None);
        }
        let currency = Currency::parse(&self.currency).ok_or_else(|| unexpected("currency"))?;
        let net = self.net.to_string();
        let (digits, sign) = net.strip_prefix('-').map_or((net.as_str(), 1), |digits| (digits, -1));
        // `15.0` is how the API writes a whole number in a currency with cents.
        let digits = digits.strip_suffix(".0").unwrap_or(digits);
        let minor = currency.parse_minor(digits).ok_or_else(|| unexpected("amount"))? * sign;
        Ok(Some(Entry {
            occurred_at: self.created_at,
            kind,
            amount_minor: if direction == Direction::Out { -minor.abs() } else { minor },
            currency,
            description: description.chars().take(MAX_DESCRIPTION_CHARS).collect(),
            reference: self.id,
            payer: String::new(),
            is_rounded: false,
        }))
    }
}

/// Returns the text of an HTML description, without tags and control characters.
fn without_tags(html: &str) -> String {
    let mut is_tag = false;
    let text = html.chars().filter(|letter| {
        let is_text = !is_tag && *letter != '<';
        is_tag = (is_tag || *letter == '<') && *letter != '>';
        is_text && !letter.is_control()
    });
    text.collect()
}

fn error(response: &HttpResponse, _: DateTime<Utc>) -> Option<ProviderError> {
    match response.status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Some(ProviderError::Revoked(response.status.to_string())),
        StatusCode::NOT_FOUND => Some(ProviderError::NoAccount),
        StatusCode::TOO_MANY_REQUESTS => {
            let seconds = response.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            Some(ProviderError::RateLimited {
                retry_after: seconds.and_then(|seconds: i64| TimeDelta::try_seconds(seconds.clamp(1, 86_400))),
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    //! Example responses from the documentation page "List Transactions".
    use proptest::prelude::*;

    use huntaze_domain::earnings::statement::EarningKind;

    use super::*;
    use crate::providers::testing::{read, response, with_header};
    use huntaze_domain::integrations::FailureKind;

    fn list(transaction: &str) -> String {
        format!(
            r#"{{"data":{{"list":[{transaction}],"marker":1739156703,"hasMore":true,"nextMarker":1739155047}},"_meta":{{"_credits":{{"used":1,"balance":34}}}}}}"#
        )
    }

    fn page(body: &str) -> Result<Page, ProviderError> {
        read::<Transactions>(&response(200, body), error)?.page()
    }

    #[test]
    fn transaction_becomes_entry_with_net_amount() {
        let body = list(
            r#"{"amount":19.99,"vatAmount":0,"taxAmount":0,"net":15.99,"fee":4,"createdAt":"2025-02-10T02:51:22+00:00","currency":"USD",
                "description":"Payment for message from <a href=\"https://onlyfans.com/X\">X</a>","status":"loading","payoutPendingDays":7,"id":"5XaX"}"#,
        );
        let page = page(&body).expect("a page");
        let entry = page.entries.first().expect("an entry");
        assert_eq!(
            (entry.kind, entry.amount_minor, &*entry.description, &*entry.reference),
            (EarningKind::Message, 1599, "Payment for message from X", "5XaX")
        );
        assert_eq!((page.next, page.oldest), (Some(1_739_155_047), Some(entry.occurred_at)));
    }

    #[test]
    fn amounts_of_whole_numbers_refunds_and_failures() {
        let with = |net: &str, description: &str, status: &str| {
            let body = list(&format!(
                r#"{{"net":{net},"createdAt":"2025-02-10T02:51:22+00:00","currency":"USD","description":"{description}","status":"{status}","id":"1"}}"#
            ));
            page(&body).expect("a page").entries.pop().map(|entry| entry.amount_minor)
        };
        assert_eq!(with("15", "Tip from X", "done"), Some(1500));
        assert_eq!(with("15.0", "Tip from X", "done"), Some(1500));
        assert_eq!(with("15.5", "Refund for tip", "done"), Some(-1550));
        assert_eq!(with("-15.5", "Refund for tip", "done"), Some(-1550));
        assert_eq!(with("15", "Tip from X", "failed"), None);
        assert!(
            page(&list(r#"{"net":1.234,"createdAt":"2025-02-10T02:51:22+00:00","currency":"USD","id":"1"}"#)).is_err(),
            "amounts with a third decimal are rejected"
        );
    }

    #[test]
    fn statuses_map_to_failure_kinds() {
        let kind = |response: &HttpResponse| read::<Transactions>(response, error).err().expect("an error").kind();
        assert_eq!(kind(&response(401, r#"{"message":"Unauthenticated."}"#)), FailureKind::Revoked);
        assert_eq!(kind(&response(404, "{}")), FailureKind::NoAccount);
        assert_eq!(kind(&response(200, r#"{"message":"Something went wrong."}"#)), FailureKind::Transient);
        let limited = with_header(response(429, "{}"), "retry-after", "60");
        let error = read::<Transactions>(&limited, error).err().expect("an error");
        assert!(matches!(error, ProviderError::RateLimited { retry_after: Some(pause) } if pause == TimeDelta::seconds(60)));
    }

    proptest! {
        #[test]
        fn parsing_arbitrary_responses_never_panics(body in ".*", html in ".*") {
            let _ = page(&body);
            let _ = page(&list(&body));
            prop_assert!(!without_tags(&html).contains('<'));
        }
    }
}
