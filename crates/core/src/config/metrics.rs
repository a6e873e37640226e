use std::net::SocketAddr;

use super::Reader;

/// Metrics.
#[derive(Debug, Clone)]
pub struct MetricsConfig {
    /// `METRICS_ADDR`: address of a listener for `/metrics` in the format of Prometheus, such as `127.0.0.1:9100`. It has no sign-in: never
    /// make it public. Default none.
    pub address: Option<SocketAddr>,
}

impl MetricsConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let Some(text) = reader.optional("METRICS_ADDR") else { return Some(Self { address: None }) };
        if let Ok(address) = text.parse() {
            return Some(Self { address: Some(address) });
        }
        reader.problem("METRICS_ADDR must be an address and a port, such as 127.0.0.1:9100".to_owned());
        None
    }
}
