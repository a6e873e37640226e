# Paths and helper functions of all scripts. Sourced, never run.
# shellcheck shell=bash
set -euo pipefail

HUNTAZE_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Tools and compiled dependencies are shared by every checkout of one user.
HUNTAZE_CACHE=${HUNTAZE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/huntaze}
# Data of this checkout: its database, process ids and generated keys.
HUNTAZE_DATA=${HUNTAZE_DATA:-$HUNTAZE_ROOT/.data}

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HUNTAZE_CACHE/target}
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-auto}
export PATH="$HUNTAZE_CACHE/tools/bin:$HUNTAZE_CACHE/npm/node_modules/.bin:$HUNTAZE_CACHE/node/bin:$HOME/.cargo/bin:$PATH"

# setup.sh writes this file when it links Debian's compiler into rustup.
use_linked_toolchain() {
  [ -f "$HUNTAZE_CACHE/toolchain" ] || return 0
  RUSTUP_TOOLCHAIN=$(cat "$HUNTAZE_CACHE/toolchain")
  export RUSTUP_TOOLCHAIN
}
use_linked_toolchain

# set_up ARGUMENT: installs what is missing (setup.sh), and uses the compiler that it may have installed.
set_up() {
  "$HUNTAZE_ROOT/scripts/setup.sh" "$1"
  use_linked_toolchain
}

# Arguments of every check, lint and test of the server.
SERVER_PACKAGES=(-p huntaze -p huntaze-core -p huntaze-domain -p huntaze-texts -p huntaze-sandbox --features ssr,gallery)

say() { printf '\033[1;35m▸\033[0m %s\n' "$*" >&2; }
die() { printf '\033[1;31m✗\033[0m %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# timed LABEL COMMAND…: runs the command and prints how long it took.
timed() {
  local label=$1 start=$SECONDS
  shift
  say "$label"
  "$@"
  say "$label: $((SECONDS - start)) s"
}
