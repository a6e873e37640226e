#!/usr/bin/env bash
# All style modules, scoped, in one file. Arguments go to stylance: --watch.
source "$(dirname "$0")/env.sh"
cd "$HUNTAZE_ROOT"
have stylance || scripts/setup.sh serve
exec stylance "$@" . >/dev/null
