//! Routes and the order of the middleware.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{any, delete, get, post},
};
use http::{HeaderValue, Uri, header};
use huntaze_domain::earnings::{UPLOAD_PATH, statement::MAX_FILE_BYTES};
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list};
use tokio::sync::Semaphore;
use tower::Layer;
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, DefaultPredicate, Predicate, predicate::SizeAbove},
    services::ServeDir,
    set_header::SetResponseHeaderLayer,
};

use super::{
    executor,
    middleware::{
        accept_json::AcceptJson, body_limit, client_ip, csrf, etag, html_forms, idempotency, login_guard, overload, panic_guard,
        path_guard, rate_limit, request_id, request_log, request_metrics, security_headers, session,
    },
    routes::{accounts, analytics, assistant, billing, earnings, fallback, health, integrations, monitoring, pages, redirects},
    state::AppState,
};
use crate::app::App;

/// Maximum body size of an upload in bytes: the largest statement plus the multipart overhead.
#[expect(clippy::cast_possible_truncation, reason = "32 MB fit into usize")]
const UPLOAD_LIMIT: usize = MAX_FILE_BYTES as usize + 64 * 1024;

/// Level of compression, on the scale of each algorithm: answers are written once and read once, so speed counts more than the last bytes.
/// From level 2 on, zstd clears megabytes of tables for a page of 10 KB.
const COMPRESSION_LEVEL: i32 = 1;

/// Shorter answers fit into one packet as they are.
const MIN_COMPRESSED_BYTES: u16 = 1024;

/// Builds the router of the whole application.
pub fn router(state: AppState) -> Router {
    let limit = Arc::new(Semaphore::new(overload::MAX_REQUESTS));
    let app = with_session_layers(application(&state), &state).layer(from_fn_with_state(limit, overload::shed));
    let everything = Router::new()
        .route("/healthz", get(health::liveness))
        .route("/readyz", get(health::readiness))
        // Without a session: it is for everybody, and changes nothing.
        .route("/api/monitoring/metrics", post(monitoring::record))
        .nest_service(&format!("/{}", state.assets.options.site_pkg_dir), packages(&state))
        .merge(app)
        .fallback(fallback::file_or_not_found);
    with_outer_layers(everything, &state).with_state(state)
}

/// Routes of the pages, the server functions and the plain handlers.
fn application(state: &AppState) -> Router<AppState> {
    let mut routes = Router::new()
        .route("/", get(redirects::root))
        .route("/onboarding", get(redirects::onboarding))
        .route("/api/account/export", get(accounts::export))
        .route("/api/admin/ai-costs.csv", get(billing::export))
        .route("/api/ai/chat/stream", post(assistant::start).layer(AcceptJson))
        .route("/api/ai/conversations/{id}/stream", get(assistant::follow))
        .route("/api/analytics/days.csv", get(analytics::days))
        .route("/api/analytics/posts.csv", get(analytics::posts))
        .route(UPLOAD_PATH, post(earnings::upload).layer(DefaultBodyLimit::max(UPLOAD_LIMIT)))
        .route("/api/auth/sessions/{id}", delete(accounts::delete_session))
        .route("/api/integrations/connect/{provider}", post(integrations::connect))
        .route("/api/integrations/callback/{provider}", get(integrations::callback))
        .route("/api/integrations/refresh/{provider}/{id}", post(integrations::refresh))
        .route("/api/integrations/disconnect/{provider}/{id}", delete(integrations::disconnect))
        .route("/api/{*rest}", any(fallback::not_found))
        // The server functions; without pages, which are drawn by a handler of our own.
        .leptos_routes(state, Vec::new(), || ());
    // What stands for a route that this build does not have, such as the gallery, has no method.
    for page in page_routes().iter().filter(|page| page.methods().next().is_some()) {
        routes = routes.route(page.path(), get(pages::show));
    }
    for (old, new) in redirects::LEGACY_PATHS {
        routes = routes.route(old, get(move |uri: Uri| async move { redirects::redirect_legacy(&uri, new) }));
    }
    routes.method_not_allowed_fallback(fallback::method_not_allowed)
}

/// Returns the routes of the pages, generated once per process. Meanwhile Leptos suppresses the loading of resources in the whole process,
/// so a page that is rendered at the same time would never finish.
pub fn page_routes() -> Vec<AxumRouteListing> {
    static ROUTES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();
    ROUTES
        .get_or_init(|| {
            executor::init();
            generate_route_list(App)
        })
        .clone()
}

/// Adds the session and the layers that depend on it. The last layer is the outermost and runs first.
fn with_session_layers(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    router
        .layer(from_fn(etag::tag))
        .layer(from_fn(login_guard::guard))
        .layer(from_fn_with_state(state.core.clone(), idempotency::replay))
        .layer(from_fn_with_state(state.core.clone(), rate_limit::per_user))
        .layer(from_fn_with_state(state.core.clone(), csrf::protect))
        .layer(from_fn_with_state(state.core.clone(), session::load))
}

/// Adds the layers of all requests. The last layer is the outermost and runs first.
fn with_outer_layers(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    router
        .layer(from_fn_with_state(state.core.clone(), rate_limit::per_ip))
        .layer(from_fn_with_state(state.core.clone(), client_ip::resolve))
        .layer(from_fn(body_limit::limit))
        .layer(panic_guard::layer())
        .layer(from_fn(path_guard::redirect_to_canonical))
        .layer(from_fn_with_state(state.clone(), html_forms::handle))
        .layer(from_fn_with_state(state.clone(), security_headers::set))
        .layer(compression())
        .layer(from_fn(request_metrics::record))
        .layer(request_log::layer())
        .layer(from_fn(request_id::assign))
        .layer(panic_guard::layer())
}

/// Compresses answers as the client accepts it. Event streams stay as they are, and so do files that were compressed at build time.
fn compression() -> CompressionLayer<impl Predicate> {
    let is_worth_it = DefaultPredicate::new().and(SizeAbove::new(MIN_COMPRESSED_BYTES));
    CompressionLayer::new().quality(CompressionLevel::Precise(COMPRESSION_LEVEL)).compress_when(is_worth_it)
}

/// Serves scripts, WebAssembly and styles, which are compressed at build time. Files with a hash in their name are cached forever.
fn packages(state: &AppState) -> Router {
    let options = &state.assets.options;
    let folder = Path::new(&*options.site_root).join(&*options.site_pkg_dir);
    let caching = if options.hash_files { "public, max-age=31536000, immutable" } else { "no-cache" };
    let files = ServeDir::new(&folder).precompressed_br().precompressed_gzip().fallback(any(missing_file));
    let files = SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static(caching)).layer(files);
    Router::new().fallback_service(files)
}

/// Answers 404 and forbids caching; otherwise the response would be cached as long as an existing file.
async fn missing_file() -> Response {
    let mut response = fallback::not_found().await.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
