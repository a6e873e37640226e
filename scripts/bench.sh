#!/usr/bin/env bash
# Benchmarks the release build and prints tables: sizes, page loads, memory, throughput compared with a bare axum server that serves the
# same bytes, CPU time of each page, statement import, figures, and streamed answers. docs/PERFORMANCE.md contains one run.
source "$(dirname "$0")/env.sh"
source "$(dirname "$0")/stack.sh"
cd "$HUNTAZE_ROOT"

SECONDS_EACH=${SECONDS_EACH:-10}
CONNECTIONS=32
set_up bench
scripts/build.sh
cargo build -q --release -p huntaze-sandbox --example bare

BARE_PORT=${BARE_PORT:-3500}
require_free_port "$BARE_PORT" BARE_PORT bench
source "$(dirname "$0")/sample.sh"

# ---------------------------------------------------------------- tables

brotli_kb() { find target/run/site/pkg -name "*.$1.br" -printf '%s\n' | awk '{ sum += $1 } END { printf "%.1f", sum / 1024 }'; }
rss_mb() { awk -v key="$1:" '$1 == key { printf "%.0f", $2 / 1024 }' "/proc/$HUNTAZE_PID/status"; }
# rate URL COOKIE ACCEPT CONNECTIONS: prints requests per second and the 95th percentile of the latency, in ms.
rate() { wrk -t1 -c"$4" -d"${SECONDS_EACH}s" -s scripts/p95.lua -H "Cookie: $2" -H "accept: $3" "$1" |
  awk '/P95/ { p95 = $2 } /Requests\/sec/ { rate = $2 } /Non-2xx|Socket errors/ { bad = bad " (" $0 ")" } END { printf "%.0f | %s%s", rate, p95, bad }'; }
# cpu PATH COOKIE: prints the CPU time of the server process for each request, user and system, in ms.
cpu_ticks() { awk '{ print $14 + $15 }' "/proc/$HUNTAZE_PID/stat"; }
cpu() {
  local before requests
  before=$(cpu_ticks)
  requests=$(wrk -t1 -c4 -d"${SECONDS_EACH}s" -H "Cookie: $2" -H 'accept: text/html' -H 'accept-encoding: zstd' "$APP_URL$1" | awk '/requests in/ { print $1 }')
  awk -v ticks="$(($(cpu_ticks) - before))" -v hz="$(getconf CLK_TCK)" -v requests="$requests" 'BEGIN { printf "%.3f", 1000 * ticks / hz / requests }'
}
compare() {
  local path=$1 cookie=$2 file=$WORK/$1.html
  printf '| /%s | %s | %s | %s |\n' "$path" "$(wc -c < "$file" | awk '{ printf "%.1f", $1 / 1024 }')" \
    "$(rate "$APP_URL/$path" "$cookie" text/html "$CONNECTIONS")" "$(rate "http://127.0.0.1:$BARE_PORT/$path" "$cookie" text/html "$CONNECTIONS")"
}

printf '%s, %s cores, %s\n\n' "$(date -u +%F)" "$(nproc)" "$(rustc --version)"
printf '| brotli | KB | goal |\n|---|---|---|\n| WebAssembly | %s | 130 |\n| JavaScript | %s | 10 |\n| CSS | %s | 12 |\n\n' \
  "$(brotli_kb wasm)" "$(brotli_kb js)" "$(brotli_kb css)"
signed_in=$(rss_mb VmRSS)
(cd end2end && node page-weight.mjs "$APP_URL" "$(cookie huntaze_session)")

# The sign-in page without a session, and the home page with one.
SESSION="huntaze_session=$(cookie huntaze_session)"
curl -fsS -H 'accept: text/html' "$APP_URL/login" -o "$WORK/login.html"
curl -fsS -H 'accept: text/html' -H "cookie: $SESSION" "$APP_URL/home" -o "$WORK/home.html"
start_child bare "$CARGO_TARGET_DIR/release/examples/bare" "$BARE_PORT" login="$WORK/login.html" home="$WORK/home.html"
wait_for "http://127.0.0.1:$BARE_PORT/login" 10 || die "The bare server did not start"
printf '\n| page (goal for /login: half of bare axum) | KB | Huntaze, requests/s | p95, ms | bare axum, requests/s | p95, ms |\n|---|---|---|---|---|---|\n'
compare login none=none
compare home "$SESSION"
printf '\n| path | CPU of the server for a request, ms | goal |\n|---|---|---|\n'
while read -r path goal; do
  printf '| %s | %s | %s |\n' "$path" "$(cpu "$path" "$([ "$path" = /login ] && echo none=none || echo "$SESSION")")" "$goal"
done <<'GOALS'
/healthz 0.03
/login 0.12
/home 0.35
/analytics 1.0
/integrations 0.6
/assistant 0.6
/api/home/stats 0.1
GOALS
loaded=$(rss_mb VmRSS) loaded_peak=$(rss_mb VmHWM)
# Each attempt hashes a password, which takes 19 MB; there is no such user.
for number in $(seq 120); do
  [ "$number" = 1 ] || echo next
  printf 'url = "%s/api/auth/login"\nmax-time = 60\noutput = /dev/null\ncookie = "%s"\nheader = "content-type: application/json"\nheader = "x-csrf-token: %s"\ndata = "{\\"email\\":\\"nobody%s@example.com\\",\\"password\\":\\"%s\\"}"\n' \
    "$APP_URL" "$JAR" "$(cookie huntaze_csrf)" "$number" "$PASSWORD"
done >"$WORK/sign-ins"
curl --silent --parallel --parallel-immediate --parallel-max 120 --config "$WORK/sign-ins"
signed_in_peak=$(rss_mb VmHWM)
# The allocator gives memory back after ten seconds.
sleep 15
printf '\n| memory of the server | MB | goal |\n|---|---|---|\n| after start | %s | 20 |\n| after somebody has registered and signed in | %s | |\n| after load | %s | 50 |\n| peak | %s | |\n| peak while 120 sign in at once | %s | |\n| 15 s later | %s | |\n' \
  "$STARTED_MB" "$signed_in" "$loaded" "$loaded_peak" "$signed_in_peak" "$(rss_mb VmRSS)"

# ---------------------------------------------------------------- a large statement

sql() { psql -qAt -d "$DATABASE_URL" -v ON_ERROR_STOP=1 -c "$1"; }
# seconds COMMAND…: prints how long the command takes.
seconds() {
  local start=$EPOCHREALTIME
  "$@" >/dev/null
  awk -v start="$start" -v end="$EPOCHREALTIME" 'BEGIN { printf "%.2f", end - start }'
}
ROWS=100000
awk -v rows="$ROWS" 'BEGIN {
  print "date,type,username,gross_amount,platform_fee,net_amount,currency,message_id,description,status"
  for (row = 0; row < rows; row++)
    printf "2026-%02d-%02d %02d:%02d:00,message,fan%d,12.50,2.50,10.00,USD,%d,Payment for a message of number %d,done\n", row % 9 + 1, row % 28 + 1, row % 24, row % 60, row % 997, row, row
}' > "$WORK/statement.csv"
upload() { call -F "file=@$WORK/statement.csv;type=text/csv" "$APP_URL/api/earnings/statements" > "$WORK/statement.json"; }
imported() { call "$APP_URL/api/earnings/statement?id=$STATEMENT" | grep -q '"state":"imported"'; }
import() {
  post /api/earnings/statements/import "{\"id\":\"$STATEMENT\"}"
  within 120 imported || die "The statement was not imported. See $WORK"
}
undo() { post /api/earnings/statements/delete "{\"id\":\"$STATEMENT\"}"; }
copy() {
  sql "CREATE TABLE bench_copy (at timestamptz, type text, payer text, gross numeric, fee numeric, net numeric, currency text, reference bigint, description text, status text)"
  psql -qAt -d "$DATABASE_URL" -v ON_ERROR_STOP=1 -c "\\copy bench_copy FROM '$WORK/statement.csv' WITH (FORMAT csv, HEADER)"
}
resident=$(rss_mb VmRSS)
printf '\n| a statement of %s rows, %s MB | s |\n|---|---|\n' "$ROWS" "$(wc -c < "$WORK/statement.csv" | awk '{ printf "%.1f", $1 / 1048576 }')"
printf '| upload, and parsing for the preview | %s |\n' "$(seconds upload)"
STATEMENT=$(sed 's/.*"id":"\([^"]*\)".*/\1/' "$WORK/statement.json")
printf '| import: deduplicate and store with source (goal 2) | %s |\n' "$(seconds import)"
[ "$(sql "SELECT count(*) FROM earnings")" = "$ROWS" ] || die "Not all rows were imported"
printf '| delete | %s |\n' "$(seconds undo)"
[ "$(sql "SELECT count(*) FROM earnings")" = 0 ] || die "Not all rows were removed"
printf "| PostgreSQL COPY of the file, without checks and indexes | %s |\n" "$(seconds copy)"
printf '\nMemory of the server: %s MB before the upload, %s MB peak.\n' "$resident" "$(rss_mb VmHWM)"

# ---------------------------------------------------------------- many accounts with two years of data

# figures URL: the same for the API, with four clients.
figures() { rate "$1" "$SESSION" application/json 4; }
full_scans() { sql "SELECT pg_stat_clear_snapshot(), sum(seq_scan) FROM pg_stat_user_tables WHERE relname IN ('daily_insights', 'audience_snapshots', 'post_snapshots')" | tail -1 | cut -d'|' -f2; }
rows() { sql "SELECT count(*) FROM daily_insights"; }
printf '\n| figures of | days stored | requests/s | p95, ms |\n|---|---|---|---|\n'
printf '| /api/home/stats, 1 account | %s | %s |\n' "$(rows)" "$(figures "$APP_URL/api/home/stats?range=90d")"
# Add 19 accounts with two years of data, and 200 of another user. They are not due, so they are never synced.
sql "INSERT INTO users SELECT (jsonb_populate_record(users, jsonb_build_object('id', gen_random_uuid(), 'email', 'other@example.com'))).* FROM users;
     INSERT INTO integrations (id, user_id, provider, provider_account_id, account_name, scopes, access_token, token_issued_at, connected_at, last_ok_at, synced_from, synced_until)
     SELECT gen_random_uuid(), user_id, provider, provider_account_id || n, account_name || n, scopes, access_token, token_issued_at, connected_at, last_ok_at, current_date - 730, current_date
       FROM integrations, generate_series(1, 19) AS n;
     INSERT INTO integrations (id, user_id, provider, provider_account_id, account_name, scopes, access_token, token_issued_at, connected_at, last_ok_at, synced_from, synced_until)
     SELECT gen_random_uuid(), users.id, provider, 'other' || n, 'other' || n, scopes, access_token, token_issued_at, integrations.connected_at, last_ok_at, current_date - 730, current_date
       FROM users, (SELECT * FROM integrations LIMIT 1) AS integrations, generate_series(1, 200) AS n WHERE users.email = 'other@example.com';
     INSERT INTO daily_insights (integration_id, day, views, reach, interactions, captured_at)
     SELECT id, current_date - n, 1000 + n, 600, 30, now() FROM integrations, generate_series(1, 730) AS n ON CONFLICT DO NOTHING;
     INSERT INTO audience_snapshots (integration_id, day, followers, captured_at)
     SELECT id, current_date - n, 10000 - n, now() FROM integrations, generate_series(0, 730) AS n ON CONFLICT DO NOTHING"
sql "VACUUM ANALYZE"
scans=$(full_scans)
stored=$(rows)
for path in "home/stats?range=90d" "analytics?range=90d"; do
  printf '| /api/%s, 20 accounts | %s | %s |\n' "${path%%\?*}" "$stored" "$(figures "$APP_URL/api/$path")"
done
# PostgreSQL flushes its statistics counters when a connection becomes idle.
sleep 2
printf '\nSequential scans of the daily tables during the test: %s\n' "$(($(full_scans) - scans))"

# ---------------------------------------------------------------- streamed answers of the assistant

# As many users as there are streams, each with one account and half a year of data. User n has the session token that stream-latency.mjs derives.
sql "INSERT INTO users SELECT (jsonb_populate_record(users, jsonb_build_object('id', gen_random_uuid(), 'email', 'stream' || n || '@example.com', 'plan', 'PREMIUM'))).*
       FROM users, generate_series(1, 100) AS n WHERE email = '$EMAIL';
     INSERT INTO sessions (id, user_id, token_hash, is_persistent, ip, created_at, last_seen_at, expires_at)
     SELECT gen_random_uuid(), users.id, sha256(sha256(convert_to('bench ' || n, 'UTF8'))), false, '127.0.0.1', now(), now(), now() + interval '1 hour'
       FROM generate_series(1, 100) AS n JOIN users ON email = 'stream' || n || '@example.com';
     INSERT INTO integrations (id, user_id, provider, provider_account_id, account_name, scopes, access_token, token_issued_at, connected_at, last_ok_at, synced_from, synced_until)
     SELECT gen_random_uuid(), users.id, provider, 'stream' || n, 'stream' || n, scopes, access_token, token_issued_at, integrations.connected_at, last_ok_at, current_date - 180, current_date
       FROM (SELECT * FROM integrations LIMIT 1) AS integrations, generate_series(1, 100) AS n JOIN users ON email = 'stream' || n || '@example.com';
     INSERT INTO daily_insights (integration_id, day, views, reach, interactions, captured_at)
     SELECT integrations.id, current_date - n, 1000 + n, 600, 30, now()
       FROM integrations, generate_series(1, 180) AS n WHERE account_name LIKE 'stream%';
     UPDATE users SET plan = 'PREMIUM' WHERE email = '$EMAIL'"
sql "VACUUM ANALYZE"
printf '\n'
node end2end/stream-latency.mjs "$APP_URL" "$SANDBOX" "$HUNTAZE_PID" "$(cookie huntaze_session)"
