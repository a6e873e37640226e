//! Client of the server functions in the browser.

use std::future::Future;

use http::Method;
use leptos::server_fn::{
    Bytes,
    client::{Client, browser::BrowserClient},
    error::{FromServerFnError, IntoAppError, ServerFnErrorErr},
    request::{ClientReq, browser::BrowserRequest},
    response::browser::BrowserResponse,
};
use send_wrapper::SendWrapper;

use super::csrf;

/// Adds the CSRF token to every request. Fetches a token if there is none, and retries once with a new token if the server rejects it.
pub struct ApiClient;

impl<Error, InputError, OutputError> Client<Error, InputError, OutputError> for ApiClient
where
    Error: FromServerFnError,
    InputError: FromServerFnError,
    OutputError: FromServerFnError,
{
    type Request = BrowserRequest;
    type Response = BrowserResponse;

    fn send(request: Self::Request) -> impl Future<Output = Result<Self::Response, Error>> + Send {
        SendWrapper::new(async move {
            let request = Repeatable::from::<Error>(request).await?;
            if csrf::cookie_token().is_none() {
                // Ignored: if the connection fails, the request itself will report it.
                let _ = csrf::get_csrf_token().await;
            }
            let response = <BrowserClient as Client<Error, InputError, OutputError>>::send(request.build()?).await?;
            if !is_csrf_refusal(&response) {
                return Ok(response);
            }
            let _ = csrf::get_csrf_token().await;
            <BrowserClient as Client<Error, InputError, OutputError>>::send(request.build()?).await
        })
    }

    fn open_websocket(
        path: &str,
    ) -> impl Future<
        Output = Result<
            (impl futures::Stream<Item = Result<Bytes, Bytes>> + Send + 'static, impl futures::Sink<Bytes> + Send + 'static),
            Error,
        >,
    > + Send {
        <BrowserClient as Client<Error, InputError, OutputError>>::open_websocket(path)
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<Error, InputError, OutputError>>::spawn(future);
    }
}

/// A request that can be built several times; `BrowserRequest` can be sent only once.
struct Repeatable {
    method: Method,
    url: String,
    content_type: String,
    accepts: String,
    body: String,
}

impl Repeatable {
    async fn from<E: FromServerFnError>(request: BrowserRequest) -> Result<Self, E> {
        let header = |name| request.headers().get(name).unwrap_or_default();
        Ok(Self {
            method: request.method().as_str().parse().unwrap_or(Method::POST),
            url: request.url(),
            content_type: header("content-type"),
            accepts: header("accept"),
            body: request.text().await.map_err(|error| ServerFnErrorErr::Request(error.to_string()).into_app_error())?,
        })
    }

    fn build<E: FromServerFnError>(&self) -> Result<BrowserRequest, E> {
        let request = if self.method == Method::DELETE {
            let (path, query) = self.url.split_once('?').unwrap_or((&self.url, ""));
            <BrowserRequest as ClientReq<E>>::try_new_delete(path, &self.content_type, &self.accepts, query)?
        } else {
            <BrowserRequest as ClientReq<E>>::try_new_req_text(
                &self.url,
                &self.content_type,
                &self.accepts,
                self.body.clone(),
                self.method.clone(),
            )?
        };
        if let Some(token) = csrf::cookie_token() {
            request.headers().set(crate::csrf::HEADER, &token);
        }
        Ok(request)
    }
}

/// Whether the CSRF token was rejected. The server marks such responses with this header, so that the body need not be read.
fn is_csrf_refusal(response: &BrowserResponse) -> bool {
    let headers = response.generate_headers();
    headers.contains_key(crate::csrf::HEADER)
}
