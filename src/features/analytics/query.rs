use huntaze_domain::{
    analytics::{PostOrder, figures::StatsRange},
    string_enum::StringEnum,
};
use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

/// Query of the analytics page, kept in the URL: `/analytics?range=&integrationId=&order=&page=`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnalyticsQuery {
    /// Period of the figures and posts.
    pub range: StatsRange,
    /// Id of an account; empty for all connected accounts.
    pub integration_id: String,
    /// Sort order of the posts.
    pub order: PostOrder,
    /// Page of the posts, starting at 1.
    pub page: u32,
}

impl AnalyticsQuery {
    /// Returns the query of the current URL. Invalid values of `range`, `order` and `page` are replaced by their defaults.
    pub fn of_page() -> Self {
        use_query_map().with_untracked(Self::read)
    }

    fn read(query: &ParamsMap) -> Self {
        let word = |name: &str| query.get(name).unwrap_or_default();
        Self {
            range: StatsRange::parse(&word("range")).unwrap_or_default(),
            integration_id: word("integrationId"),
            order: PostOrder::parse(&word("order")).unwrap_or_default(),
            page: word("page").parse().unwrap_or(1).max(1),
        }
    }

    /// Returns the URL of the analytics page with this query.
    pub fn href(&self) -> String {
        let mut parts = vec![format!("range={}", self.range.as_str())];
        parts.extend(self.account_part());
        parts.extend((self.order != PostOrder::default()).then(|| format!("order={}", self.order.as_str())));
        parts.extend((self.page > 1).then(|| format!("page={}", self.page)));
        format!("/analytics?{}", parts.join("&"))
    }

    /// Returns the URL of the CSV export `name`.
    pub fn export(&self, name: &str) -> String {
        let account = self.account_part().map(|part| format!("&{part}")).unwrap_or_default();
        format!("/api/analytics/{name}?range={}{account}", self.range.as_str())
    }

    fn account_part(&self) -> Option<String> {
        // Anything else is not an account; ids need no escaping.
        let is_id = |id: &&String| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        Some(&self.integration_id).filter(is_id).map(|id| format!("integrationId={id}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &str)]) -> AnalyticsQuery {
        let mut query = ParamsMap::new();
        for (name, value) in pairs {
            query.insert(*name, (*value).to_owned());
        }
        AnalyticsQuery::read(&query)
    }

    #[test]
    fn query_is_kept_in_url() {
        let query = read(&[("range", "7d"), ("integrationId", "0190-ab"), ("order", "newest"), ("page", "3")]);
        assert_eq!(query.href(), "/analytics?range=7d&integrationId=0190-ab&order=newest&page=3");
        assert_eq!(query.export("days.csv"), "/api/analytics/days.csv?range=7d&integrationId=0190-ab");
    }

    #[test]
    fn invalid_query_falls_back_to_defaults() {
        let query = read(&[("range", "1d"), ("integrationId", "a&b=c"), ("order", "odd"), ("page", "-1")]);
        assert_eq!(query.href(), "/analytics?range=30d");
    }
}
