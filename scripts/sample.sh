# Starts the release build with the sandbox, and makes a user with a connected, completely backfilled account. Sourced by bench.sh and
# lighthouse.sh, after stack.sh.
# shellcheck shell=bash
PORT=${TEST_PORT:-3300} SANDBOX_PORT=${TEST_SANDBOX_PORT:-3400}
SANDBOX_SMTP_PORT=$((SANDBOX_PORT + 25))
export PORT SANDBOX_PORT SANDBOX_SMTP_PORT
for port in "$PORT" "$SANDBOX_PORT" "$SANDBOX_SMTP_PORT"; do require_free_port "$port" TEST_PORT "$(basename "$0" .sh)"; done
stop_on_exit
load_secrets
start_postgres
export_settings "huntaze_bench_$$"
# All requests come from one address and one user, so the limits are raised.
export RATE_LIMIT_PER_IP=100000000 RATE_LIMIT_PER_USER=100000000 RATE_LIMIT_AUTH=100000 RATE_LIMIT_AI=10000000 AI_MONTHLY_COST_LIMIT_CENTS=100000000 LOG_FILTER=warn
WORK=$(mktemp -d)
start_child sandbox target/run/huntaze-sandbox >"$WORK/sandbox.log" 2>&1
start_child huntaze "${HUNTAZE_BINARY:-target/run/huntaze}" serve >"$WORK/huntaze.log" 2>&1
HUNTAZE_PID=${CHILDREN[1]}
wait_for "$APP_URL/readyz" 60 || die "Huntaze did not start"
# Resident memory before anything is done.
# shellcheck disable=SC2034
STARTED_MB=$(awk '$1 == "VmRSS:" { printf "%.0f", $2 / 1024 }' "/proc/$HUNTAZE_PID/status")

# ---------------------------------------------------------------- a user with a connected account

SANDBOX=http://localhost:$SANDBOX_PORT
EMAIL=bench@example.com PASSWORD=tuesday-lamp-orbit
JAR=$WORK/cookies
touch "$JAR"
# within SECONDS COMMAND…: repeats the command until it succeeds; fails after the timeout.
within() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.2
  done
}
cookie() { awk -v name="$1" '$6 == name { print $7 }' "$JAR"; }
call() { curl -fsS -b "$JAR" -c "$JAR" -H 'accept: application/json' -H "x-csrf-token: $(cookie huntaze_csrf)" "$@"; }
post() { call -H 'content-type: application/json' -d "$2" "$APP_URL$1"; }

call -o /dev/null "$APP_URL/api/csrf/token"
post /api/auth/register "{\"email\":\"$EMAIL\",\"password\":\"$PASSWORD\"}" >/dev/null
mailed_token() { token=$(curl -fsS "$SANDBOX/mail.json?to=$EMAIL" | grep -o 'token=[A-Za-z0-9_-]*' | head -1) && [ -n "$token" ]; }
within 20 mailed_token || die "The verification mail did not arrive. See $WORK"
post /api/auth/verify-email "{\"token\":\"${token#token=}\"}" >/dev/null
post /api/auth/login "{\"email\":\"$EMAIL\",\"password\":\"$PASSWORD\"}" >/dev/null
post /api/onboarding/complete '{}' >/dev/null
authorize=$(post /api/integrations/connect/instagram '{}' | sed 's/.*"authorizeUrl":"\([^"]*\)".*/\1/')
back=$(curl -fsS -o /dev/null -w '%{redirect_url}' --data-urlencode "state=${authorize##*state=}" -d decision=allow -d account=ada.creates \
  -d "redirect_uri=$APP_URL/api/integrations/callback/instagram" -d 'scope:instagram_business_basic=on' \
  -d 'scope:instagram_business_manage_insights=on' "$SANDBOX/instagram/decide")
call -o /dev/null "${back%#_}"
# The backfill is complete when the longest range has a trend.
history_is_there() { call "$APP_URL/api/home/stats?range=90d" | grep -q '"views":{[^}]*"trend":{"state":"known"'; }
within 60 history_is_there || die "The backfill did not complete. See $WORK"
