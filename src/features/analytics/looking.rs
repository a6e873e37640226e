use huntaze_domain::{analytics::PostOrder, choice::Choice, figures::StatsRange};
use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

/// What is looked at. It stands in the address: `/analytics?range=&account=&order=&page=`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looking {
    /// How far back.
    pub range: StatsRange,
    /// The id of an account; empty is all that are connected.
    pub account: String,
    /// Which posts come first.
    pub order: PostOrder,
    /// Of the posts, counted from 1.
    pub page: u32,
}

impl Looking {
    /// From the address; what makes no sense is as if it were not there.
    pub fn use_query() -> Memo<Self> {
        let query = use_query_map();
        Memo::new(move |_| query.with(Self::read))
    }

    fn read(query: &ParamsMap) -> Self {
        let word = |name: &str| query.get(name).unwrap_or_default();
        Self {
            range: StatsRange::parse(&word("range")).unwrap_or_default(),
            account: word("account"),
            order: PostOrder::parse(&word("order")).unwrap_or_default(),
            page: word("page").parse().unwrap_or(1).max(1),
        }
    }

    /// Its address.
    pub fn href(&self) -> String {
        let mut parts = vec![format!("range={}", self.range.as_str())];
        parts.extend(self.account_part());
        parts.extend((self.order != PostOrder::default()).then(|| format!("order={}", self.order.as_str())));
        parts.extend((self.page > 1).then(|| format!("page={}", self.page)));
        format!("/analytics?{}", parts.join("&"))
    }

    /// The address of a table to take away.
    pub fn export(&self, name: &str) -> String {
        let account = self.account_part().map(|part| format!("&{part}")).unwrap_or_default();
        format!("/api/analytics/{name}?range={}{account}", self.range.as_str())
    }

    fn account_part(&self) -> Option<String> {
        // Ids need no escaping; anything else is no account.
        let is_id = |id: &&String| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        Some(&self.account).filter(is_id).map(|id| format!("account={id}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &str)]) -> Looking {
        let mut query = ParamsMap::new();
        for (name, value) in pairs {
            query.insert(*name, (*value).to_owned());
        }
        Looking::read(&query)
    }

    #[test]
    fn the_address_says_it_all() {
        let looking = read(&[("range", "7d"), ("account", "0190-ab"), ("order", "newest"), ("page", "3")]);
        assert_eq!(looking.href(), "/analytics?range=7d&account=0190-ab&order=newest&page=3");
        assert_eq!(looking.export("days.csv"), "/api/analytics/days.csv?range=7d&account=0190-ab");
    }

    #[test]
    fn nonsense_is_as_if_it_were_not_there() {
        let looking = read(&[("range", "1d"), ("account", "a&b=c"), ("order", "odd"), ("page", "-1")]);
        assert_eq!(looking.href(), "/analytics?range=30d");
    }
}
