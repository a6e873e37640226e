//! Structured logs; `docs/LOGGING.md` lists spans, fields and levels.

use huntaze_core::config::{AppConfig, LogFormat};
use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, Layer, fmt::MakeWriter, layer::SubscriberExt, registry::LookupSpan, util::SubscriberInitExt};

/// Writes logs to standard output as the settings say.
///
/// # Errors
/// The filter is invalid, or logs are written already.
pub fn init(config: &AppConfig) -> Result<(), Box<dyn std::error::Error>> {
    let registry = tracing_subscriber::registry().with(EnvFilter::try_new(&config.log_filter)?);
    match config.log_format {
        LogFormat::Json => registry.with(json(std::io::stdout)).try_init()?,
        LogFormat::Text => registry.with(tracing_subscriber::fmt::layer().with_target(false)).try_init()?,
    }
    Ok(())
}

/// One JSON object for each event: its fields beside `timestamp`, `level`, `target` and `message`, those of its request or job in `span`.
pub fn json<S, W>(writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(writer)
}
