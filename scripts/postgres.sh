#!/usr/bin/env bash
# Manages the private PostgreSQL of this checkout, which listens on a Unix socket only and is independent of any system PostgreSQL.
#   postgres.sh start    creates the cluster if missing, starts it, and prints its socket directory
#   postgres.sh stop     stops the cluster
#   postgres.sh running  succeeds if the cluster is running
#   postgres.sh url DB   prints the connection string of a database, which is created if missing
#   postgres.sh drop DB  drops a database, if there is one
source "$(dirname "$0")/env.sh"

BIN=$(find /usr/lib/postgresql -maxdepth 2 -name bin -type d 2>/dev/null | sort -V | tail -1)
[ -n "$BIN" ] || die "PostgreSQL is missing. Run: make setup"

# PostgreSQL refuses to run as root, and the user postgres cannot read root's home: for root, the cluster is under /var/tmp. Socket
# paths are limited to 107 bytes, hence the short name, which is unique for each checkout.
SHORT_DIR=/var/tmp/huntaze-$(printf '%s' "$HUNTAZE_DATA" | cksum | cut -d' ' -f1)
if [ "$(id -u)" = 0 ]; then
  HOME_DIR=$SHORT_DIR
  as_owner() { (cd / && setpriv --reuid=postgres --regid=postgres --init-groups env -u HOME "$@"); }
else
  HOME_DIR=$HUNTAZE_DATA/postgres
  as_owner() { "$@"; }
fi
SOCKET=$HOME_DIR
[ "$((${#SOCKET} + 20))" -le 107 ] || SOCKET=$SHORT_DIR
CLUSTER=$HOME_DIR/cluster

start() {
  mkdir -p -m 700 "$HOME_DIR" "$SOCKET"
  [ "$(id -u)" != 0 ] || chown postgres:postgres "$HOME_DIR"
  if [ ! -f "$CLUSTER/PG_VERSION" ]; then
    say "Creating a private PostgreSQL cluster in $CLUSTER"
    as_owner "$BIN/initdb" -D "$CLUSTER" -U huntaze -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  fi
  running || as_owner "$BIN/pg_ctl" -D "$CLUSTER" -l "$HOME_DIR/log" -w -s -t 30 \
    -o "-c listen_addresses='' -c unix_socket_directories='$SOCKET' -c max_connections=200 ${HUNTAZE_PG_OPTIONS:-}" start
  printf '%s\n' "$SOCKET"
}

running() { as_owner "$BIN/pg_ctl" -D "$CLUSTER" status >/dev/null 2>&1; }

stop() { if running; then as_owner "$BIN/pg_ctl" -D "$CLUSTER" -m fast -s stop; fi; }

url() {
  as_owner "$BIN/createdb" -h "$SOCKET" -U huntaze "$1" 2>/dev/null || true
  printf 'postgres://huntaze@localhost/%s?host=%s\n' "$1" "$SOCKET"
}

drop() { as_owner "$BIN/dropdb" -h "$SOCKET" -U huntaze --if-exists --force "$1"; }

case "${1:-}" in
  start) start ;;
  stop) stop ;;
  running) running ;;
  url) url "${2:?name of the database}" ;;
  drop) drop "${2:?name of the database}" ;;
  *) die "postgres.sh start | stop | running | url DATABASE | drop DATABASE" ;;
esac
