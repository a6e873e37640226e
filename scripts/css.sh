#!/usr/bin/env bash
# Compiles all style modules, scoped, into one file. Arguments, such as --watch, are passed to stylance.
source "$(dirname "$0")/env.sh"
cd "$HUNTAZE_ROOT"
have stylance || set_up serve
exec stylance "$@" . >/dev/null
