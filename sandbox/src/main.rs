//! The sandbox server.
//!
//! `SANDBOX_PORT` (default 3100) serves HTTP to browsers and tests, `SANDBOX_SMTP_PORT` (default 3125) receives mail.

use std::{net::Ipv4Addr, process::ExitCode};

use huntaze_sandbox::{SandboxState, smtp, web};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_target(false).init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let state = SandboxState::default();
    // Bind to the loopback interface only: the sandbox has no access control.
    let web = TcpListener::bind((Ipv4Addr::LOCALHOST, port("SANDBOX_PORT", 3100)?)).await?;
    let smtp = TcpListener::bind((Ipv4Addr::LOCALHOST, port("SANDBOX_SMTP_PORT", 3125)?)).await?;
    tracing::info!(web = %web.local_addr()?, smtp = %smtp.local_addr()?, "listening");
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        outcome = axum::serve(web, web::router(state.clone())) => outcome?,
        () = smtp::serve(smtp, state.mailbox) => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the sandbox reads its two settings from the environment")]
fn port(name: &str, default: u16) -> Result<u16, String> {
    match std::env::var(name) {
        Ok(text) => text.parse().map_err(|_| format!("{name} is not a port: {text}")),
        Err(_) => Ok(default),
    }
}
