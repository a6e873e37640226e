#!/usr/bin/env bash
# Runs all tests, as CI does.
#   test.sh quick               only formatting, lints and unit tests
#   test.sh end2end [ARGUMENT…] only the end-to-end tests; arguments are passed to Playwright
source "$(dirname "$0")/env.sh"
source "$(dirname "$0")/stack.sh"
cd "$HUNTAZE_ROOT"
PART=${1:-all}

check_format() { cargo fmt --all --check; }

# The server's and the browser's build are never mixed. Always the same set of packages, so that dependencies are compiled once.
lint_browser() {
  cargo clippy -q -p huntaze-browser -p huntaze --features hydrate --lib --target wasm32-unknown-unknown -- -D warnings
}
lint_server() { cargo clippy -q "${SERVER_PACKAGES[@]}" --all-targets -- -D warnings; }

# Fails if server crates are dependencies of the browser build.
check_browser_dependencies() {
  local tree found
  tree=$(cargo tree -q -p huntaze-browser --target wasm32-unknown-unknown -e normal,no-proc-macro --prefix none)
  found=$(grep -E '^(huntaze-core|leptos_router|leptos_meta|leptos_axum|chrono-tz|pulldown-cmark|tokio|axum|sqlx|hyper|reqwest|redis|argon2|aes-gcm|lettre|zxcvbn) ' <<<"$tree" || true)
  [ -z "$found" ] || die "Server crates in the browser build: $found"
}

# Licenses, forbidden crates and sources of all dependencies.
check_dependencies() {
  # Of all targets, not of ours alone.
  cargo fetch -q --locked
  cargo deny --offline --log-level warn check licenses bans sources
}

unit_tests() { cargo test -q "${SERVER_PACKAGES[@]}" --lib; }

# sqlx creates and drops a separate database for each test.
server_tests() {
  DATABASE_URL=$(scripts/postgres.sh url huntaze_tests)
  export DATABASE_URL
  cargo test -q "${SERVER_PACKAGES[@]}"
}

end_to_end_tests() {
  # Ports that differ from those of `make serve`, which may be running.
  PORT=${TEST_PORT:-3300} SANDBOX_PORT=${TEST_SANDBOX_PORT:-3400}
  SANDBOX_SMTP_PORT=$((SANDBOX_PORT + 25))
  export PORT SANDBOX_PORT SANDBOX_SMTP_PORT
  require_free_port "$PORT" TEST_PORT test
  require_free_port "$SANDBOX_PORT" TEST_SANDBOX_PORT test
  require_free_port "$SANDBOX_SMTP_PORT" TEST_SANDBOX_PORT test
  require_free_port "$((PORT + 50))" TEST_PORT test
  require_free_port "$((PORT + 51))" TEST_PORT test
  load_secrets
  # That of an earlier run may have another schema.
  scripts/postgres.sh drop huntaze_end2end
  export_settings huntaze_end2end
  start_redis "$((PORT + 50))"
  export METRICS_ADDR=127.0.0.1:$((PORT + 51))
  # Each test sends its own X-Forwarded-For address, so that the default rate limits can stay in place.
  export TRUSTED_PROXIES=127.0.0.1
  start_child sandbox target/run/huntaze-sandbox >"$HUNTAZE_DATA/sandbox.log" 2>&1
  start_child huntaze target/run/huntaze serve >"$HUNTAZE_DATA/huntaze.log" 2>&1
  wait_for "$APP_URL/readyz" 60 || { tail -20 "$HUNTAZE_DATA/huntaze.log" >&2; die "Huntaze did not start"; }
  (cd end2end && SANDBOX_URL=http://localhost:$SANDBOX_PORT npx playwright test "$@")
  print_cache_hits
}

# Prints the share of lookups that each cache has answered.
print_cache_hits() {
  curl -fsS "http://$METRICS_ADDR/metrics" | awk -F'["{} ]' '
    /^cache_requests_total/ { sum[$3] += $NF; if (/outcome="hit"/) hits[$3] += $NF }
    END { for (cache in sum) printf "Cache %s: %.0f %% of %d lookups\n", cache, 100 * hits[cache] / sum[cache], sum[cache] }'
}

mkdir -p "$HUNTAZE_DATA"
# Only the end-to-end tests need a browser.
if [ "$PART" = quick ]; then needs=serve; else needs=test; fi
timed "Set up" set_up "$needs"
if [ "$PART" = end2end ]; then
  stop_on_exit
  start_postgres
  scripts/build.sh
  timed "End-to-end tests" end_to_end_tests "${@:2}"
  exit
fi
scripts/css.sh
timed "Check formatting" check_format
timed "Clippy, browser build" lint_browser
timed "Clippy, server build" lint_server
if [ "$PART" = quick ]; then
  timed "Unit tests" unit_tests
  exit
fi
timed "Check dependencies of the browser build" check_browser_dependencies
timed "Check licenses, bans and sources" check_dependencies
stop_on_exit
start_postgres
timed "Check .sqlx" scripts/sqlx-prepare.sh --check
timed "Unit and integration tests" server_tests
scripts/build.sh
timed "End-to-end tests" end_to_end_tests
