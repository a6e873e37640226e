//! Tools that agents can call. No tool takes a user id: the data is always that of the session's user.

use huntaze_domain::{
    analytics::{PostOrder, figures::StatsRange},
    platform::Platform,
    string_enum::{StringEnum, string_enum},
};
use serde_json::{Value, json};

use super::ToolDeclaration;

string_enum! {
    /// A tool that a model can call.
    ToolKind {
        /// Lists the connected accounts.
        Accounts = "list_accounts";
        /// Metrics of a period, compared with the previous one.
        Metrics = "get_metrics";
        /// Daily metrics of a period.
        DailyMetrics = "get_daily_metrics";
        /// Posts with their metrics.
        Posts = "get_posts";
        /// Revenue of a period.
        Revenue = "get_revenue";
    }
}

/// The data that a tool call requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolQuery {
    /// The connected accounts.
    Accounts,
    /// Metrics of a period, compared with the previous one.
    Metrics(StatsRange),
    /// Daily metrics of a period.
    DailyMetrics(StatsRange),
    /// Posts of a period, in this order.
    Posts(StatsRange, PostOrder),
    /// Revenue of a period.
    Revenue(StatsRange),
}

/// A parsed tool call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToolRequest {
    /// The requested data.
    pub query: ToolQuery,
    /// Platform whose accounts are queried, each separately; `None` for all accounts together.
    pub platform: Option<Platform>,
}

impl ToolKind {
    /// Returns the declaration of the tool that is sent to the model.
    pub fn declaration(self) -> ToolDeclaration {
        let description = match self {
            Self::Accounts => "The creator's connected accounts: platform, name, whether they work, when they were last read.",
            Self::Metrics => "Audience, views, engagement rate and revenue of a period, each with its change against the period before.",
            Self::DailyMetrics => "Audience, views, interactions and revenue of each day of a period.",
            Self::Posts => "Ten posts of a period with their views, likes, comments and shares: the best, the worst or the newest.",
            Self::Revenue => "What was earned in a period, in each currency, and how many of its days are known.",
        };
        let range = json!({ "type": "string", "enum": words::<StatsRange>(), "description": "How far back." });
        let order = json!({ "type": "string", "enum": words::<PostOrder>() });
        let platform = "The accounts on one platform, each by itself. Leave it out for all accounts together.";
        let platform = json!({ "type": "string", "enum": words::<Platform>(), "description": platform });
        let parameters = match self {
            Self::Accounts => json!({ "type": "object", "properties": {} }),
            Self::Metrics | Self::DailyMetrics | Self::Revenue => {
                json!({ "type": "object", "properties": { "range": range, "platform": platform }, "required": ["range"] })
            }
            Self::Posts => {
                let properties = json!({ "range": range, "order": order, "platform": platform });
                json!({ "type": "object", "properties": properties, "required": ["range", "order"] })
            }
        };
        ToolDeclaration { name: self.as_str(), description: description.to_owned(), parameters }
    }
}

fn words<T: StringEnum>() -> Vec<&'static str> {
    T::ALL.iter().map(|choice| choice.as_str()).collect()
}

impl ToolRequest {
    /// Parses a tool call. Undeclared arguments are ignored.
    ///
    /// # Errors
    /// A sentence for the model, if the tool or the value of a declared argument is unknown.
    pub fn parse(name: &str, arguments: &Value) -> Result<Self, String> {
        let tool = ToolKind::parse(name).ok_or_else(|| format!("There is no tool {name:?}."))?;
        let range = || word::<StatsRange>(arguments, "range");
        let query = match tool {
            // This tool takes no arguments, so all accounts are listed.
            ToolKind::Accounts => return Ok(Self { query: ToolQuery::Accounts, platform: None }),
            ToolKind::Metrics => ToolQuery::Metrics(range()?),
            ToolKind::DailyMetrics => ToolQuery::DailyMetrics(range()?),
            ToolKind::Posts => ToolQuery::Posts(range()?, word(arguments, "order")?),
            ToolKind::Revenue => ToolQuery::Revenue(range()?),
        };
        let platform = if arguments["platform"].is_null() { None } else { Some(word(arguments, "platform")?) };
        Ok(Self { query, platform })
    }
}

fn word<T: StringEnum>(arguments: &Value, name: &str) -> Result<T, String> {
    let word = arguments[name].as_str().unwrap_or_default();
    T::parse(word).ok_or_else(|| format!("{name} must be one of {}.", words::<T>().join(", ")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tool_calls_are_parsed_or_rejected() {
        let all = |query| Ok(ToolRequest { query, platform: None });
        assert_eq!(ToolRequest::parse("list_accounts", &Value::Null), all(ToolQuery::Accounts));
        let arguments = json!({ "range": "7d", "order": "best", "userId": "somebody else" });
        assert_eq!(ToolRequest::parse("get_posts", &arguments), all(ToolQuery::Posts(StatsRange::Week, PostOrder::Best)));
        let of_one = json!({ "range": "7d", "platform": "tiktok" });
        let expected = ToolRequest { query: ToolQuery::Revenue(StatsRange::Week), platform: Some(Platform::Tiktok) };
        assert_eq!(ToolRequest::parse("get_revenue", &of_one), Ok(expected));
        assert!(ToolRequest::parse("get_revenue", &json!({ "range": "7d", "platform": "myspace" })).is_err());
        assert_eq!(
            ToolRequest::parse("get_daily_metrics", &json!({ "range": "1y" })),
            Err("range must be one of 7d, 30d, 90d.".to_owned())
        );
        assert_eq!(ToolRequest::parse("run_sql", &arguments), Err("There is no tool \"run_sql\".".to_owned()));
    }

    #[test]
    fn no_tool_declares_a_user_argument() {
        for tool in ToolKind::ALL {
            let declaration = tool.declaration();
            let properties = declaration.parameters["properties"].as_object().expect("properties");
            assert!(properties.keys().all(|name| ["range", "order", "platform"].contains(&name.as_str())), "{properties:?}");
        }
    }

    proptest! {
        #[test]
        fn parsing_arbitrary_tool_calls_never_panics(name in "[a-z_]{0,14}", range in "\\PC{0,8}") {
            let _ = ToolRequest::parse(&name, &json!({ "range": range, "platform": range }));
        }
    }
}
