#!/usr/bin/env bash
# The release build, into target/run: binaries, and the site that browsers load. Does nothing when nothing has changed.
source "$(dirname "$0")/env.sh"
cd "$HUNTAZE_ROOT"
RUN=target/run

inputs() {
  rustc --version
  find Cargo.toml Cargo.lock .cargo .sqlx crates migrations public sandbox src style -type f ! -path 'style/dist/*' -print0 | sort -z | xargs -0 sha256sum
}

now=$(inputs | sha256sum)
if [ "$(cat "$RUN/inputs" 2>/dev/null)" = "$now" ]; then exit; fi
rm -rf "$RUN"
scripts/css.sh
timed "Building Huntaze" cargo leptos build --release --precompress
timed "Building the sandbox" cargo build -q --release -p huntaze-sandbox
# Other checkouts share Cargo's folder, and other builds the site's: what runs is a copy, with the names of its files beside it.
mkdir -p "$RUN"
cp "$CARGO_TARGET_DIR"/release/{huntaze,huntaze-sandbox,hash.txt} "$RUN/"
cp -r target/site "$RUN/site"
printf '%s\n' "$now" > "$RUN/inputs"
