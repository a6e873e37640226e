//! What agents can look up. Whose it is stands in no argument: it is the session's.

use huntaze_domain::{
    analytics::PostOrder,
    choice::{Choice, choices},
    figures::StatsRange,
    platform::Platform,
};
use serde_json::{Value, json};

use super::Tool;

choices! {
    /// Something that can be looked up.
    ToolKind {
        /// The accounts that are connected.
        Accounts = "list_accounts", "Accounts";
        /// Figures of a period against the one before it.
        Figures = "get_figures", "Figures";
        /// Figures day by day.
        Days = "get_days", "Days";
        /// Posts with what they came to.
        Posts = "get_posts", "Posts";
        /// What was earned.
        Revenue = "get_revenue", "Revenue";
    }
}

/// What is to be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// The accounts that are connected.
    Accounts,
    /// Figures of a period against the one before it.
    Figures(StatsRange),
    /// Figures day by day.
    Days(StatsRange),
    /// Posts of a period.
    Posts(StatsRange, PostOrder),
    /// What was earned in a period.
    Revenue(StatsRange),
}

/// What a model asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToolRequest {
    /// What.
    pub lookup: Lookup,
    /// Of each account on one platform; none for all accounts together.
    pub platform: Option<Platform>,
}

impl ToolKind {
    /// As a model is told of it.
    pub fn declaration(self) -> Tool {
        let description = match self {
            Self::Accounts => "The creator's connected accounts: platform, name, whether they work, when they were last read.",
            Self::Figures => "Audience, views, engagement rate and revenue of a period, each with its change against the period before.",
            Self::Days => "Audience, views, interactions and revenue of each day of a period.",
            Self::Posts => "Ten posts of a period with their views, likes, comments and shares: the best, the worst or the newest.",
            Self::Revenue => "What was earned in a period, in each currency, and how many of its days are known.",
        };
        let range = json!({ "type": "string", "enum": words::<StatsRange>(), "description": "How far back." });
        let order = json!({ "type": "string", "enum": words::<PostOrder>() });
        let platform = "The accounts on one platform, each by itself. Leave it out for all accounts together.";
        let platform = json!({ "type": "string", "enum": words::<Platform>(), "description": platform });
        let parameters = match self {
            Self::Accounts => json!({ "type": "object", "properties": {} }),
            Self::Figures | Self::Days | Self::Revenue => {
                json!({ "type": "object", "properties": { "range": range, "platform": platform }, "required": ["range"] })
            }
            Self::Posts => {
                let properties = json!({ "range": range, "order": order, "platform": platform });
                json!({ "type": "object", "properties": properties, "required": ["range", "order"] })
            }
        };
        Tool { name: self.as_str(), description: description.to_owned(), parameters }
    }
}

fn words<T: Choice>() -> Vec<&'static str> {
    T::ALL.iter().map(|choice| choice.as_str()).collect()
}

impl ToolRequest {
    /// What a model asks for. Arguments that are not understood, or that nobody declared, are not.
    ///
    /// # Errors
    /// A sentence for the model.
    pub fn parse(name: &str, arguments: &Value) -> Result<Self, String> {
        let tool = ToolKind::parse(name).ok_or_else(|| format!("There is no tool {name:?}."))?;
        let range = || word::<StatsRange>(arguments, "range");
        let lookup = match tool {
            // All of them, whatever is asked for.
            ToolKind::Accounts => return Ok(Self { lookup: Lookup::Accounts, platform: None }),
            ToolKind::Figures => Lookup::Figures(range()?),
            ToolKind::Days => Lookup::Days(range()?),
            ToolKind::Posts => Lookup::Posts(range()?, word(arguments, "order")?),
            ToolKind::Revenue => Lookup::Revenue(range()?),
        };
        let platform = if arguments["platform"].is_null() { None } else { Some(word(arguments, "platform")?) };
        Ok(Self { lookup, platform })
    }
}

fn word<T: Choice>(arguments: &Value, name: &str) -> Result<T, String> {
    let word = arguments[name].as_str().unwrap_or_default();
    T::parse(word).ok_or_else(|| format!("{name} must be one of {}.", words::<T>().join(", ")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_asked_for_is_understood_or_refused() {
        let all = |lookup| Ok(ToolRequest { lookup, platform: None });
        assert_eq!(ToolRequest::parse("list_accounts", &Value::Null), all(Lookup::Accounts));
        let arguments = json!({ "range": "7d", "order": "best", "userId": "somebody else" });
        assert_eq!(ToolRequest::parse("get_posts", &arguments), all(Lookup::Posts(StatsRange::Week, PostOrder::Best)));
        let of_one = json!({ "range": "7d", "platform": "tiktok" });
        let expected = ToolRequest { lookup: Lookup::Revenue(StatsRange::Week), platform: Some(Platform::Tiktok) };
        assert_eq!(ToolRequest::parse("get_revenue", &of_one), Ok(expected));
        assert!(ToolRequest::parse("get_revenue", &json!({ "range": "7d", "platform": "myspace" })).is_err());
        assert_eq!(ToolRequest::parse("get_days", &json!({ "range": "1y" })), Err("range must be one of 7d, 30d, 90d.".to_owned()));
        assert_eq!(ToolRequest::parse("run_sql", &arguments), Err("There is no tool \"run_sql\".".to_owned()));
    }

    #[test]
    fn no_tool_takes_a_user() {
        for tool in ToolKind::ALL {
            let declaration = tool.declaration();
            let properties = declaration.parameters["properties"].as_object().expect("properties");
            assert!(properties.keys().all(|name| ["range", "order", "platform"].contains(&name.as_str())), "{properties:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(name in "[a-z_]{0,14}", range in "\\PC{0,8}") {
            let _ = ToolRequest::parse(&name, &json!({ "range": range, "platform": range }));
        }
    }
}
