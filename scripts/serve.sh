#!/usr/bin/env bash
# Runs Huntaze with the sandbox in the foreground. Ctrl-C stops the processes started here, and no others.
source "$(dirname "$0")/env.sh"
source "$(dirname "$0")/stack.sh"
cd "$HUNTAZE_ROOT"

require_free_port "$PORT" PORT
require_free_port "$SANDBOX_PORT" SANDBOX_PORT
require_free_port "$SANDBOX_SMTP_PORT" SANDBOX_SMTP_PORT
set_up serve
scripts/build.sh
stop_on_exit
load_secrets
start_postgres
export_settings huntaze
start_child sandbox target/run/huntaze-sandbox
start_child huntaze target/run/huntaze serve
wait_for "$APP_URL/readyz" 60 || die "Huntaze did not start. See its last output above."

cat <<END

  Huntaze   $APP_URL
  Mailbox   http://localhost:$SANDBOX_PORT/mail   (all mail arrives there)

  Ctrl-C stops both.

END
wait -n "${CHILDREN[@]}" || die "A child process exited unexpectedly. See its last output above."
