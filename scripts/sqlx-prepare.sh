#!/usr/bin/env bash
# Generates the query metadata in .sqlx/ for offline builds, from a database with all migrations.
#   sqlx-prepare.sh          updates .sqlx/
#   sqlx-prepare.sh --check  fails if .sqlx/ is not up to date
source "$(dirname "$0")/env.sh"
source "$(dirname "$0")/stack.sh"
cd "$HUNTAZE_ROOT"

[ -x /usr/lib/postgresql ] || set_up serve
trap stop_postgres EXIT
start_postgres
HUNTAZE_DATABASE_URL=$(scripts/postgres.sh url "sqlx_prepare_$$")
export HUNTAZE_DATABASE_URL
socket=${HUNTAZE_DATABASE_URL##*host=}
# The queue's tables are created by the migrations of apalis-postgres.
queue=$(cargo metadata --format-version 1 --locked | grep -o '"manifest_path":"[^"]*/apalis-postgres-[^"/]*' | cut -d'"' -f4)
for migration in "$queue"/migrations/*.sql migrations/*.up.sql; do
  psql -q -v ON_ERROR_STOP=1 "$HUNTAZE_DATABASE_URL" -f "$migration" >/dev/null 2>&1 || die "Failed to apply $migration"
done

fresh=$(mktemp -d)
# The query macros run only when the crate is recompiled.
touch crates/core/src/db/*.rs crates/core/src/db.rs
SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$fresh cargo check -q "${SERVER_PACKAGES[@]}"
dropdb -h "$socket" -U huntaze "sqlx_prepare_$$"

if [ "${1:-}" = --check ]; then
  diff -r "$fresh" .sqlx || die ".sqlx is not up to date. Run: make sqlx-prepare"
else
  rm -rf .sqlx
  cp -r "$fresh" .sqlx
fi
rm -rf "$fresh"
