#!/usr/bin/env bash
# Builds a release into target/run: the binaries and the site's static files. Does nothing if the inputs have not changed.
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
# Other checkouts share Cargo's target directory, and other builds share target/site: copy everything, with hash.txt next to the binary.
mkdir -p "$RUN"
cp "$CARGO_TARGET_DIR"/release/{huntaze,huntaze-sandbox,hash.txt} "$RUN/"
cp -r target/site "$RUN/site"
printf '%s\n' "$now" > "$RUN/inputs"
