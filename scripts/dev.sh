#!/usr/bin/env bash
# Development server: rebuilds on change, reloads styles without a Rust build, and serves the component gallery.
source "$(dirname "$0")/env.sh"
source "$(dirname "$0")/stack.sh"
cd "$HUNTAZE_ROOT"
# A separate target directory: debug builds with the gallery and release builds would otherwise invalidate each other's artifacts.
export CARGO_TARGET_DIR=$HUNTAZE_CACHE/target-dev

require_free_port "$PORT" PORT dev
require_free_port "$SANDBOX_PORT" SANDBOX_PORT dev
set_up serve
scripts/css.sh
cargo build -q -p huntaze-sandbox
stop_on_exit
load_secrets
start_postgres
export_settings huntaze_dev
export LEPTOS_HASH_FILES=false LEPTOS_SITE_ADDR=127.0.0.1:$PORT LEPTOS_SITE_ROOT=target/site-dev
start_child sandbox "$CARGO_TARGET_DIR/debug/huntaze-sandbox"
start_child stylance stylance --watch .
say "Gallery: $APP_URL/dev/gallery   Mailbox: http://localhost:$SANDBOX_PORT/mail"
start_child huntaze cargo leptos watch --bin-features ssr,gallery --lib-features gallery
wait -n "${CHILDREN[@]}" || die "A child process exited unexpectedly. See its last output above."
