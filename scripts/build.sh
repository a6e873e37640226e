#!/usr/bin/env bash
# The release build: browser part (split from the server's, compressed), server, sandbox.
source "$(dirname "$0")/env.sh"
cd "$HUNTAZE_ROOT"
scripts/css.sh
cargo leptos build --release --precompress
cargo build -q --release -p huntaze-sandbox
