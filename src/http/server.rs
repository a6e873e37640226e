//! Accepts connections. Unlike `axum::serve`, it limits how long and how large the head of a request may be, how long a connection may be
//! idle, and how many connections one network may hold.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo};
use http::Request;
use huntaze_core::error::chain;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use ipnet::IpNet;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::{Instant, Sleep, sleep_until},
};
use tower::Service;

use super::context::ClientIp;

/// Limits of connections.
#[derive(Debug, Clone)]
pub struct ConnectionLimits {
    /// From the first byte of a request to the end of its head.
    pub head_timeout: Duration,
    /// From the end of a response to the end of the next head. Longer than load balancers keep an idle connection (60 s), because they
    /// answer 502 if it is closed while they send a request.
    pub idle_timeout: Duration,
    /// Bytes of a head; a longer one gets 431.
    pub max_head_bytes: usize,
    /// Connections of one network (see [`ClientIp::network`]); further ones are closed at once.
    pub per_network: usize,
    /// Networks without such a limit: proxies, whose connections carry the requests of all users.
    pub unlimited: Vec<IpNet>,
}

impl ConnectionLimits {
    /// The limits of production.
    pub fn new(trusted_proxies: Vec<IpNet>) -> Self {
        Self {
            head_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
            max_head_bytes: 16 * 1024,
            per_network: 256,
            unlimited: trusted_proxies,
        }
    }
}

/// Serves until `shutdown` is ready; then finishes the requests that have begun.
pub async fn serve(listener: TcpListener, router: Router, limits: ConnectionLimits, shutdown: impl Future<Output = ()>) {
    let (graceful, connections) = (GracefulShutdown::new(), Connections::default());
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener) => accepted,
        };
        let Some(slot) = connections.take(peer, &limits) else {
            tracing::warn!(network = ClientIp(peer.ip().to_canonical()).network(), "too many connections from one network");
            continue;
        };
        // With Nagle's algorithm, a page sent in several segments can wait 40 ms for the client's delayed acknowledgement.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(error = chain(&error), "failed to set TCP_NODELAY");
        }
        let progress = Arc::new(Progress::default());
        let stream = HeadDeadline {
            stream,
            progress: Arc::clone(&progress),
            timeout: limits.head_timeout,
            begun_at: None,
            timer: None,
            requests: 0,
        };
        let router = router.clone();
        // hyper calls this as soon as the head is complete, before it reads again.
        let answer = service_fn(move |request| {
            progress.requests.fetch_add(1, Ordering::Relaxed);
            progress.is_busy.store(true, Ordering::Relaxed);
            answer(router.clone(), request, peer, Arc::clone(&progress))
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.idle_timeout)
            .max_buf_size(limits.max_head_bytes)
            .serve_connection(TokioIo::new(stream), answer);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = chain(&error), %peer, "connection failed");
            }
            drop(slot);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // The client has gone.
            Err(error) if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) => {}
            Err(error) => {
                // Too many open files, for example: accepting again at once would only fail again.
                tracing::error!(error = chain(&error), "failed to accept connection");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn answer(
    mut router: Router,
    request: Request<Incoming>,
    peer: SocketAddr,
    progress: Arc<Progress>,
) -> Result<http::Response<Body>, std::convert::Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    // A router is always ready.
    let response = router.call(request).await;
    progress.is_busy.store(false, Ordering::Relaxed);
    response
}

/// Number of open connections by network.
#[derive(Debug, Clone, Default)]
struct Connections(Arc<Mutex<HashMap<String, usize>>>);

impl Connections {
    /// Counts a connection until the slot is dropped; `None` if its network holds too many. Connections of proxies are not counted.
    fn take(&self, peer: SocketAddr, limits: &ConnectionLimits) -> Option<Slot> {
        let ip = peer.ip().to_canonical();
        if limits.unlimited.iter().any(|network| network.contains(&ip)) {
            return Some(Slot { connections: self.clone(), network: None });
        }
        let network = ClientIp(ip).network();
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(network.clone()).or_default();
        if *count >= limits.per_network {
            return None;
        }
        *count += 1;
        Some(Slot { connections: self.clone(), network: Some(network) })
    }
}

struct Slot {
    connections: Connections,
    network: Option<String>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let Some(network) = self.network.take() else { return };
        let mut open = self.connections.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                open.remove(&network);
            }
        }
    }
}

/// What happens on a connection.
#[derive(Debug, Default)]
struct Progress {
    /// Number of requests whose head was complete.
    requests: AtomicUsize,
    /// Whether a request is being answered, so that what is read belongs to its body.
    is_busy: AtomicBool,
}

/// A stream whose reads fail if the head of a request is not complete in time. hyper's own limit includes the time before the first byte.
struct HeadDeadline {
    stream: TcpStream,
    progress: Arc<Progress>,
    timeout: Duration,
    /// Time of the first byte of a head that is not complete.
    begun_at: Option<Instant>,
    /// Set when the rest of a head is waited for. Most heads arrive in one piece and need no timer.
    timer: Option<Pin<Box<Sleep>>>,
    /// Number of requests before that head.
    requests: usize,
}

impl AsyncRead for HeadDeadline {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let requests = self.progress.requests.load(Ordering::Relaxed);
        if requests != self.requests {
            (self.requests, self.begun_at, self.timer) = (requests, None, None);
        }
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        if self.progress.is_busy.load(Ordering::Relaxed) {
            return outcome;
        }
        if outcome.is_ready() {
            if buffer.filled().len() > before {
                self.begun_at.get_or_insert_with(Instant::now);
            }
            return outcome;
        }
        let Some(begun_at) = self.begun_at else { return Poll::Pending };
        let deadline = begun_at + self.timeout;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the head of the request was not complete in time")))
    }
}

impl AsyncWrite for HeadDeadline {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, parts: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    async fn server(limits: ConnectionLimits) -> (SocketAddr, tokio::sync::oneshot::Sender<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().route("/", get(|| async { "ok" })).route("/echo", post(|body: String| async { body }));
        let (stop, stopped) = tokio::sync::oneshot::channel();
        tokio::spawn(serve(listener, router, limits, async { drop(stopped.await) }));
        (address, stop)
    }

    fn limits() -> ConnectionLimits {
        ConnectionLimits {
            head_timeout: Duration::from_millis(200),
            idle_timeout: Duration::from_millis(800),
            per_network: 3,
            ..ConnectionLimits::new(Vec::new())
        }
    }

    async fn send(stream: &mut TcpStream, text: &str) {
        stream.write_all(text.as_bytes()).await.expect("sent");
    }

    /// Reads what arrives until the text or the end of the connection.
    async fn read_until(stream: &mut TcpStream, end: &str) -> String {
        let mut read = Vec::new();
        let mut buffer = [0; 1024];
        while !String::from_utf8_lossy(&read).contains(end) {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(bytes) => read.extend_from_slice(&buffer[..bytes]),
            }
        }
        String::from_utf8_lossy(&read).into_owned()
    }

    #[tokio::test]
    async fn slow_head_ends_the_connection_and_slow_body_does_not() {
        let (address, _stop) = server(limits()).await;
        let mut slow = TcpStream::connect(address).await.expect("connected");
        send(&mut slow, "GET / HTTP/1.1\r\nhost: a\r\n").await;
        let begun = Instant::now();
        assert_eq!(read_until(&mut slow, "ok").await, "");
        assert!(begun.elapsed() >= Duration::from_millis(150), "{:?}", begun.elapsed());

        let mut slow = TcpStream::connect(address).await.expect("connected");
        send(&mut slow, "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nab").await;
        tokio::time::sleep(2 * limits().head_timeout).await;
        send(&mut slow, "cd").await;
        assert!(read_until(&mut slow, "abcd").await.starts_with("HTTP/1.1 200"));
    }

    #[tokio::test]
    async fn idle_connection_may_be_used_again_later_than_a_head_may_take() {
        let (address, _stop) = server(limits()).await;
        let mut stream = TcpStream::connect(address).await.expect("connected");
        for _ in 0..2 {
            send(&mut stream, "GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
            assert!(read_until(&mut stream, "ok").await.starts_with("HTTP/1.1 200"));
            tokio::time::sleep(2 * limits().head_timeout).await;
        }
        assert_eq!(read_until(&mut stream, "ok").await, "", "closed after the idle time");
    }

    #[tokio::test]
    async fn large_head_is_rejected() {
        let (address, _stop) = server(limits()).await;
        let mut stream = TcpStream::connect(address).await.expect("connected");
        send(&mut stream, &format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "a".repeat(20 * 1024))).await;
        assert!(read_until(&mut stream, "\r\n\r\n").await.starts_with("HTTP/1.1 431"));
    }

    #[tokio::test]
    async fn network_holds_a_limited_number_of_connections() {
        let (address, _stop) = server(ConnectionLimits { idle_timeout: Duration::from_mins(1), ..limits() }).await;
        let mut held = Vec::new();
        for _ in 0..3 {
            let mut stream = TcpStream::connect(address).await.expect("connected");
            send(&mut stream, "GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
            assert!(read_until(&mut stream, "ok").await.contains("200"));
            held.push(stream);
        }
        let mut further = TcpStream::connect(address).await.expect("connected");
        let _ = further.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
        assert_eq!(read_until(&mut further, "ok").await, "");
        held.clear();
        let is_free = async {
            loop {
                let mut stream = TcpStream::connect(address).await.expect("connected");
                let _ = stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
                if read_until(&mut stream, "ok").await.contains("200") {
                    break;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), is_free).await.expect("a slot is free again");
    }

    #[tokio::test]
    async fn shutdown_finishes_the_request_that_has_begun() {
        let (address, stop) = server(limits()).await;
        let mut stream = TcpStream::connect(address).await.expect("connected");
        send(&mut stream, "POST /echo HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n").await;
        assert!(read_until(&mut stream, "\r\n\r\n").await.starts_with("HTTP/1.1 100"), "the request has begun");
        stop.send(()).expect("stopped");
        let is_closed = async { while TcpStream::connect(address).await.is_ok() {} };
        tokio::time::timeout(Duration::from_secs(10), is_closed).await.expect("no further connections");
        send(&mut stream, "abcd").await;
        assert!(read_until(&mut stream, "abcd").await.contains("200"));
    }
}
