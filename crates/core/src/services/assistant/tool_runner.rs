//! Runs the tools of agents. They read only the data of the user who asks.

use chrono::{DateTime, Utc};
use huntaze_domain::{
    analytics::{
        Analytics, DailyValue, PostOrder, PostView,
        figures::{Figure, HomeStats, KnownFigure, Metric, StatsRange, Trend, percent},
    },
    assistant::chat::Source,
    ids::{IntegrationId, UserId},
    money::grouped,
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use serde_json::{Value, json};

use crate::{
    Core,
    ai::{
        ToolCall, ToolResult,
        agents::{fenced, unfenced},
        tools::{ToolQuery, ToolRequest},
    },
    db::{self, integrations::Integration},
    error::chain,
    services::{
        analytics::{self, AnalyticsError, Selection, home},
        integrations,
    },
};

/// Maximum number of posts in one tool result.
const POSTS: usize = 10;

/// Tool results collected for one answer.
#[derive(Debug, Default)]
pub(super) struct ToolContext {
    /// Sources of the data, without duplicates.
    pub sources: Vec<Source>,
    /// Numbers in the results, as the model saw them. Text written by people (titles, names) is left out, because it proves no metric.
    pub figures: String,
    /// Titles and names, which an answer may quote with the numbers in them.
    pub quoted: Vec<String>,
}

/// Whose data the tools read.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The core.
    pub core: &'a Core,
    /// The user.
    pub user_id: UserId,
}

impl ToolContext {
    /// Adds the results of another agent.
    pub fn extend(&mut self, other: Self) {
        other.sources.into_iter().for_each(|source| self.add_source(source));
        self.figures.push_str(&other.figures);
        self.quoted.extend(other.quoted);
    }

    /// Fetches data of one account, or of all connected accounts together.
    ///
    /// # Errors
    /// Returns [`AnalyticsError::NotFound`] if the user has no such account, or an error if a database query fails.
    pub async fn fetch(&mut self, reader: Reader<'_>, query: ToolQuery, account: Option<&Integration>) -> Result<Value, AnalyticsError> {
        let (found, mut source) = find(reader, query, account.map(|account| account.id)).await?;
        if let Some(account) = account {
            source.title = format!("{}: {}", huntaze_texts::integrations::account(account.provider, &account.account_name), source.title);
        }
        self.add_source(source);
        self.add_figures(&found);
        Ok(found)
    }

    /// Fetches the same data for each of the accounts.
    pub async fn fetch_each(
        &mut self,
        reader: Reader<'_>,
        queries: &[ToolQuery],
        accounts: &[Integration],
    ) -> Result<Value, AnalyticsError> {
        let mut figures = Vec::new();
        for account in accounts {
            let mut own = Vec::new();
            for query in queries {
                own.push(self.fetch(reader, *query, Some(account)).await?);
            }
            let name = handle(&account.account_name);
            self.add_quotable(&name);
            figures.push(json!({ "platform": account.provider.text(), "account": fenced(&name), "figures": own }));
        }
        Ok(json!(figures))
    }

    fn add_figures(&mut self, found: &Value) {
        match found {
            Value::Array(values) => values.iter().for_each(|value| self.add_figures(value)),
            Value::Object(fields) => fields.values().for_each(|value| self.add_figures(value)),
            Value::String(text) => match unfenced(text) {
                Some(written) => self.add_quotable(written),
                None => self.figures.extend([text, "\n"]),
            },
            Value::Number(number) => self.figures.extend([&number.to_string(), "\n"]),
            Value::Bool(_) | Value::Null => {}
        }
    }

    /// An answer may quote a name with or without its `@`.
    fn add_quotable(&mut self, written: &str) {
        self.quoted.extend(written.strip_prefix('@').map(ToOwned::to_owned));
        self.quoted.push(written.to_owned());
    }

    fn add_source(&mut self, source: Source) {
        if !self.sources.iter().any(|known| known.title == source.title) {
            self.sources.push(source);
        }
    }

    /// Runs a tool call. Failures are returned to the model as an error result, so it can retry or answer without the data.
    pub async fn run_tool(&mut self, reader: Reader<'_>, call: &ToolCall) -> ToolResult {
        let output = match ToolRequest::parse(&call.name, &call.arguments) {
            Ok(request) => self.fetch_requested(reader, request).await.unwrap_or_else(|error| {
                tracing::error!(error = chain(&error), ?request, "tool call failed");
                json!({ "error": "This could not be read just now." })
            }),
            Err(sentence) => json!({ "error": sentence }),
        };
        ToolResult { id: call.id.clone(), name: call.name.clone(), output }
    }

    async fn fetch_requested(&mut self, reader: Reader<'_>, request: ToolRequest) -> Result<Value, AnalyticsError> {
        let ToolRequest { query, platform } = request;
        let Some(platform) = platform else { return self.fetch(reader, query, None).await };
        let mut accounts = db::integrations::list(&reader.core.db, reader.user_id).await?;
        accounts.retain(|account| account.provider == platform);
        if accounts.is_empty() {
            return Ok(json!({ "error": format!("No account of {} is connected.", platform.text()) }));
        }
        // Google takes objects only as the response of a function.
        Ok(json!({ "accounts": self.fetch_each(reader, &[query], &accounts).await? }))
    }
}

async fn find(reader: Reader<'_>, query: ToolQuery, account: Option<IntegrationId>) -> Result<(Value, Source), AnalyticsError> {
    let Reader { core, user_id } = reader;
    let id = account.map(|id| id.to_string()).unwrap_or_default();
    Ok(match query {
        ToolQuery::Accounts => accounts(core, user_id).await?,
        ToolQuery::Metrics(range) => {
            let totals = home::stats(core, user_id, range, account).await?;
            (figures(&totals), source("Audience, views, engagement and revenue", range, as_of(&totals)))
        }
        ToolQuery::DailyMetrics(range) => {
            let selection = Selection::find(core, user_id, range, &id).await?;
            let analytics = analytics::look(core, &selection).await?;
            (days(&analytics), source("Day by day", range, as_of(&analytics.stats)))
        }
        ToolQuery::Posts(range, order) => {
            let selection = Selection::find(core, user_id, range, &id).await?;
            let page = analytics::posts(core, &selection, order, 1).await?;
            let told: Vec<_> = page.posts.iter().take(POSTS).collect();
            let newest = told.iter().map(|post| post.captured_at).max();
            let title = match order {
                PostOrder::Best => "Best posts",
                PostOrder::Worst => "Weakest posts",
                PostOrder::Newest => "Newest posts",
            };
            let posts: Vec<_> = told.into_iter().map(post).collect();
            (json!({ "period": period(range), "postsInAll": page.total, "posts": posts }), source(title, range, newest))
        }
        ToolQuery::Revenue(range) => {
            let totals = home::stats(core, user_id, range, account).await?;
            let as_of = known(totals.revenue).map(|known| known.captured_at);
            let others: Vec<_> = totals.other_revenue.iter().map(ToString::to_string).collect();
            let found = json!({ "period": until(&totals), "revenue": figure(totals.revenue), "inOtherCurrencies": others });
            (found, source("Revenue", range, as_of))
        }
    })
}

fn source(title: &str, range: StatsRange, as_of: Option<DateTime<Utc>>) -> Source {
    Source { title: format!("{title}, last {}", range.text()), as_of }
}

fn period(range: StatsRange) -> String {
    format!("the last {}", range.text())
}

fn until(stats: &HomeStats) -> String {
    format!("the {} before {}", stats.range.text(), stats.until)
}

async fn accounts(core: &Core, user_id: UserId) -> Result<(Value, Source), AnalyticsError> {
    let (accounts, _) = integrations::list(core, user_id).await?;
    let newest = accounts.iter().filter_map(|account| account.last_sync_at).max();
    let told: Vec<_> = accounts
        .iter()
        .map(|account| {
            json!({
                "platform": account.provider.text(),
                "name": fenced(&handle(&account.account_name)),
                "status": account.status,
                "connectedAt": account.connected_at.date_naive(),
                "lastReadAt": account.last_sync_at,
            })
        })
        .collect();
    Ok((json!({ "accounts": told }), Source { title: "Connected accounts".to_owned(), as_of: newest }))
}

/// Prefixes a name with `@` for the model, so that a name of digits is not taken for a number.
fn handle(name: &str) -> String {
    format!("@{name}")
}

fn figures(stats: &HomeStats) -> Value {
    let mut found = json!({ "period": until(stats) });
    for (metric, value) in stats.figures() {
        found[metric.as_str()] = figure(value);
    }
    found
}

/// Returns the time at which the newest of the metrics was captured.
fn as_of(stats: &HomeStats) -> Option<DateTime<Utc>> {
    stats.figures().into_iter().filter_map(|(_, figure)| known(figure)).map(|known| known.captured_at).max()
}

const fn known(figure: Figure) -> Option<KnownFigure> {
    match figure {
        Figure::Known(known) => Some(known),
        Figure::Pending | Figure::Unsupported | Figure::Refused => None,
    }
}

/// Formats a metric as in the UI; an unknown one has a reason instead of a number.
fn figure(figure: Figure) -> Value {
    let unknown = match figure {
        Figure::Known(known) => {
            let change = match known.trend {
                Trend::Known { change_bp, is_in_points, compared } => {
                    let change = if is_in_points { format!("{} points", percent(change_bp)) } else { percent(change_bp) };
                    let accounts = compared.map(|accounts| format!(" (across {} of {} accounts)", accounts.known, accounts.total));
                    format!("{change} against the period before{}", accounts.unwrap_or_default())
                }
                Trend::Unknown => "unknown".to_owned(),
            };
            let covers = known.coverage.map(|coverage| format!("{} of {}", coverage.known, coverage.total));
            return json!({ "value": figure.text(), "change": change, "asOf": known.captured_at.date_naive(), "coversOnly": covers });
        }
        Figure::Pending => "not read yet",
        Figure::Unsupported => "no connected platform reports it",
        Figure::Refused => "the creator did not allow it to be read",
    };
    json!({ "unknown": unknown })
}

fn days(analytics: &Analytics) -> Value {
    let count = |figure: DailyValue| figure.value.map(grouped);
    let money = |figure: DailyValue| {
        let currency = analytics.currency.unwrap_or_default();
        figure.value.map(|minor| format!("{} {}", currency.format_grouped(minor), currency.code()))
    };
    let told: Vec<_> = analytics
        .days
        .iter()
        .map(|day| {
            json!({
                "day": day.day,
                Metric::Audience.as_str(): count(day.audience),
                Metric::Views.as_str(): count(day.views),
                "interactions": count(day.interactions),
                Metric::Revenue.as_str(): money(day.revenue),
            })
        })
        .collect();
    json!({ "period": period(analytics.range), "days": told, "note": "null is unknown" })
}

fn post(post: &PostView) -> Value {
    json!({
        "platform": post.provider.text(),
        "account": fenced(&handle(&post.account_name)),
        "title": fenced(&post.title),
        "publishedAt": post.published_at.date_naive(),
        "views": post.views.map(grouped),
        "likes": post.likes.map(grouped),
        "comments": post.comments.map(grouped),
        "shares": post.shares.map(grouped),
        "engagement": post.engagement().map(percent),
    })
}
