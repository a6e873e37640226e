# Functions that start PostgreSQL, the sandbox and Huntaze, and stop only the processes they started. Sourced, never run.
# shellcheck shell=bash

PORT=${PORT:-3000}
SANDBOX_PORT=${SANDBOX_PORT:-3100}
SANDBOX_SMTP_PORT=${SANDBOX_SMTP_PORT:-$((SANDBOX_PORT + 25))}
export PORT SANDBOX_PORT SANDBOX_SMTP_PORT
CHILDREN=()
PID_FILES=()
STARTED_POSTGRES=

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

require_free_port() { port_is_free "$1" || die "Port $1 is in use. Choose another: $2=… make ${3:-serve}"; }

# Several stacks of one checkout share its PostgreSQL. Each holds a shared lock; the last one to exit stops the server.
start_postgres() {
  mkdir -p "$HUNTAZE_DATA"
  exec 9>"$HUNTAZE_DATA/postgres.lock"
  flock -s 9
  STARTED_POSTGRES=yes
  "$HUNTAZE_ROOT/scripts/postgres.sh" start >/dev/null 9>&-
}

stop_postgres() {
  [ -n "$STARTED_POSTGRES" ] || return 0
  flock -n -x 9 || return 0
  "$HUNTAZE_ROOT/scripts/postgres.sh" stop 9>&-
}

# start_child NAME COMMAND…: runs it in the background and writes its process id to a file.
start_child() {
  local name=$1
  shift
  # A new session, so that Ctrl-C signals only this script, which then stops its children in reverse order.
  setsid "$@" 9>&- &
  CHILDREN+=("$!")
  PID_FILES+=("$HUNTAZE_DATA/$name-$PORT.pid")
  echo "$!" > "$HUNTAZE_DATA/$name-$PORT.pid"
}

# start_redis PORT: starts a Redis without persistence, and exports its URL.
start_redis() {
  start_child redis redis-server --bind 127.0.0.1 --port "$1" --save "" --appendonly no >"$HUNTAZE_DATA/redis.log" 2>&1
  export REDIS_URL=redis://127.0.0.1:$1
}

# wait_for URL SECONDS: waits until the URL responds; fails after the timeout or when a child exits.
wait_for() {
  local deadline=$((SECONDS + $2)) child
  until curl -fsS -o /dev/null --max-time 2 "$1" 2>/dev/null; do
    for child in "${CHILDREN[@]}"; do kill -0 "$child" 2>/dev/null || return 1; done
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.2
  done
}

stop_all() {
  trap - EXIT INT TERM
  local index child
  for ((index = ${#CHILDREN[@]} - 1; index >= 0; index--)); do
    child=${CHILDREN[index]}
    # Signal the whole process group: cargo leptos has child processes.
    kill -TERM -- "-$child" 2>/dev/null || continue
    wait "$child" 2>/dev/null || true
  done
  rm -f "${PID_FILES[@]}"
  stop_postgres
}

stop_on_exit() {
  trap stop_all EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# Loads the keys of this checkout; generates them on first use.
load_secrets() {
  local file=$HUNTAZE_DATA/secrets.env
  mkdir -p "$HUNTAZE_DATA"
  (umask 077 && touch "$file")
  grep -q '^SECRET_KEY=' "$file" || printf 'SECRET_KEY=%s\n' "$(openssl rand -hex 32)" >> "$file"
  grep -q '^ENCRYPTION_KEYS=' "$file" || printf 'ENCRYPTION_KEYS=k1:%s\n' "$(openssl rand -hex 32)" >> "$file"
  set -a
  # shellcheck disable=SC1090
  source "$file"
  set +a
}

# export_settings DATABASE: exports the settings of Huntaze that make it use the sandbox.
export_settings() {
  local database=$1
  DATABASE_URL=$("$HUNTAZE_ROOT/scripts/postgres.sh" url "$database")
  APP_URL=http://127.0.0.1:$PORT
  SMTP_URL=smtp://127.0.0.1:$SANDBOX_SMTP_PORT
  LOG_FORMAT=${LOG_FORMAT:-text}
  # Another host name than that of Huntaze, so that OAuth redirects are cross-site, as with the real platforms.
  local sandbox=http://localhost:$SANDBOX_PORT
  export INSTAGRAM_CLIENT_ID=sandbox-instagram INSTAGRAM_CLIENT_SECRET=sandbox-instagram-secret
  export INSTAGRAM_AUTHORIZE_URL=$sandbox/instagram/authorize INSTAGRAM_TOKEN_URL=$sandbox/instagram/oauth/access_token
  export INSTAGRAM_GRAPH_URL=$sandbox/instagram/graph
  export TIKTOK_CLIENT_KEY=sandbox-tiktok TIKTOK_CLIENT_SECRET=sandbox-tiktok-secret
  export TIKTOK_AUTHORIZE_URL=$sandbox/tiktok/authorize TIKTOK_API_URL=$sandbox/tiktok/api
  export REDDIT_CLIENT_ID=sandbox-reddit REDDIT_CLIENT_SECRET=sandbox-reddit-secret
  export REDDIT_AUTHORIZE_URL=$sandbox/reddit/authorize REDDIT_TOKEN_URL=$sandbox/reddit/api/v1/access_token
  export REDDIT_API_URL=$sandbox/reddit/oauth
  export YOUTUBE_CLIENT_ID=sandbox-youtube YOUTUBE_CLIENT_SECRET=sandbox-youtube-secret
  export YOUTUBE_AUTHORIZE_URL=$sandbox/youtube/authorize YOUTUBE_TOKEN_URL=$sandbox/youtube/oauth/token
  export YOUTUBE_DATA_URL=$sandbox/youtube/data YOUTUBE_ANALYTICS_URL=$sandbox/youtube/analytics
  export X_CLIENT_ID=sandbox-x X_CLIENT_SECRET=sandbox-x-secret X_MONTHLY_BUDGET_CENTS=100000
  export GEMINI_API_KEY=sandbox-gemini GEMINI_API_URL=$sandbox/gemini/v1beta
  export PARTNER_API_URL=$sandbox/partner/api
  export X_AUTHORIZE_URL=$sandbox/x/authorize X_API_URL=$sandbox/x/api
  # Some shells set HOST to the name of the machine.
  HOST=127.0.0.1
  export DATABASE_URL APP_URL SMTP_URL LOG_FORMAT HOST
  export LEPTOS_SITE_ROOT=$HUNTAZE_ROOT/target/run/site
}
