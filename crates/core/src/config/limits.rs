use std::{net::IpAddr, str::FromStr};

use ipnet::IpNet;

use super::Reader;

/// Rate limits, trusted proxies and the AI cost limit.
#[derive(Debug, Clone)]
pub struct LimitsConfig {
    /// `TRUSTED_PROXIES`: comma-separated addresses or networks whose `X-Forwarded-For` header is trusted. Default none.
    pub trusted_proxies: Vec<IpNet>,
    /// `RATE_LIMIT_PER_IP`: requests per minute and IP address. Default 1000.
    pub per_ip: u32,
    /// `RATE_LIMIT_PER_USER`: requests per minute and user. Default 100.
    pub per_user: u32,
    /// `RATE_LIMIT_AUTH`: requests per minute and IP address to each of login, register, forgot, resend and reset;
    /// four times as many per hour. Default 5.
    pub auth: u32,
    /// `RATE_LIMIT_AI`: AI requests per minute and user on the free plan; three times as many on Pro, six times on Premium. Default 5.
    pub ai: u32,
    /// `AI_MONTHLY_COST_LIMIT_CENTS`, converted to millionths of a US dollar: limit on the cost of a user's model calls in a month, those of
    /// uncounted requests included; a tenth of it on the free plan. Default 5000 cents.
    pub ai_monthly_cost_limit: i64,
}

impl LimitsConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let trusted_proxies = reader.list("TRUSTED_PROXIES").map(|list| list.into_iter().map(|Network(network)| network).collect());
        let per_ip = limit(reader, "RATE_LIMIT_PER_IP", 1000);
        let per_user = limit(reader, "RATE_LIMIT_PER_USER", 100);
        let auth = limit(reader, "RATE_LIMIT_AUTH", 5);
        let ai = limit(reader, "RATE_LIMIT_AI", 5);
        let cost_limit = reader.or("AI_MONTHLY_COST_LIMIT_CENTS", 5000_u32);
        let ai_monthly_cost_limit = i64::from(cost_limit?) * 10_000;
        Some(Self { trusted_proxies: trusted_proxies?, per_ip: per_ip?, per_user: per_user?, auth: auth?, ai: ai?, ai_monthly_cost_limit })
    }
}

/// Reads a number of requests; 0 would lock everybody out.
fn limit(reader: &mut Reader, name: &'static str, default: u32) -> Option<u32> {
    let limit = reader.or(name, default)?;
    if limit == 0 {
        reader.problem(format!("{name} must be at least 1"));
    }
    Some(limit)
}

/// An IP network; a single address is parsed as a network of one address.
struct Network(IpNet);

impl FromStr for Network {
    type Err = ipnet::AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<IpAddr>().map(IpNet::from).or_else(|_| text.parse()).map(Self)
    }
}
