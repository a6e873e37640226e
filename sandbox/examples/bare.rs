//! Bare axum server that serves files from memory: the baseline for the page benchmarks of `make bench`.
//!
//! `bare PORT NAME=FILE…` serves each file at `/NAME`, as HTML.
#![expect(clippy::expect_used, reason = "a benchmark tool may panic")]

use std::{fs, net::Ipv4Addr};

use axum::{Router, body::Bytes, response::Html, routing::get, serve::ListenerExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().and_then(|port| port.parse().ok()).expect("a port");
    let mut router = Router::new();
    for argument in arguments {
        let (name, file) = argument.split_once('=').expect("NAME=FILE");
        let body = Bytes::from(fs::read(file).expect("a file"));
        router = router.route(&format!("/{name}"), get(move || async move { Html(body) }));
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.expect("a free port");
    // Huntaze sets `TCP_NODELAY`, too.
    let listener = listener.tap_io(|stream: &mut TcpStream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router).await.expect("served");
}
