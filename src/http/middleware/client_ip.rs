//! Determines the IP address of the client behind trusted proxies.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::HeaderMap;
use huntaze_core::Core;
use ipnet::IpNet;

use crate::http::context::ClientIp;

/// Stores [`ClientIp`] in the request extensions.
pub async fn resolve(State(core): State<Core>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |info| info.0.ip());
    let ip = client_ip(peer, request.headers(), &core.config.limits.trusted_proxies);
    request.extensions_mut().insert(ClientIp(ip));
    next.run(request).await
}

/// Walks the hops of `X-Forwarded-For` from the right and stops at the first that is not a trusted proxy. Entries further left can be
/// forged by the client.
fn client_ip(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|network| network.contains(ip));
    let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    let mut ip = peer.to_canonical();
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        if !is_trusted(&ip) {
            break;
        }
        let Ok(next) = hop.trim().parse::<IpAddr>() else { break };
        ip = next.to_canonical();
    }
    ip
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved_ip(peer: &str, forwarded: &[&'static str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", http::HeaderValue::from_static(line));
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().expect("a network")).collect();
        client_ip(peer.parse().expect("an address"), &headers, &trusted).to_string()
    }

    #[test]
    fn forwarded_header_of_untrusted_peer_is_ignored() {
        assert_eq!(resolved_ip("203.0.113.9", &["10.0.0.1"], &[]), "203.0.113.9");
        assert_eq!(resolved_ip("203.0.113.9", &["10.0.0.1"], &["10.0.0.0/8"]), "203.0.113.9");
    }

    #[test]
    fn trusted_hops_are_skipped_from_the_right() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(resolved_ip("10.0.0.2", &["198.51.100.7"], &trusted), "198.51.100.7");
        assert_eq!(resolved_ip("10.0.0.2", &["6.6.6.6, 198.51.100.7, 10.0.0.3"], &trusted), "198.51.100.7");
        assert_eq!(resolved_ip("10.0.0.2", &["6.6.6.6", "198.51.100.7"], &trusted), "198.51.100.7");
        assert_eq!(resolved_ip("10.0.0.2", &["nonsense"], &trusted), "10.0.0.2");
        assert_eq!(resolved_ip("::ffff:10.0.0.2", &["198.51.100.7"], &trusted), "198.51.100.7");
    }
}
