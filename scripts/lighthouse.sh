#!/usr/bin/env bash
# Runs Lighthouse (mobile preset) on the release build with the sandbox, RUNS times for each page, and prints a table of medians.
# docs/PERFORMANCE.md contains one run. Arguments are the pages.
source "$(dirname "$0")/env.sh"
source "$(dirname "$0")/stack.sh"
cd "$HUNTAZE_ROOT"

LIGHTHOUSE_VERSION=13.5.0
RUNS=${RUNS:-5}
PAGES=("$@")
[ $# -gt 0 ] || PAGES=(/beta /login /home /analytics /assistant)
set_up test
scripts/build.sh
if [ ! -d "$HUNTAZE_CACHE/lighthouse/node_modules/lighthouse" ]; then
  say "Installing Lighthouse"
  npm install --silent --no-fund --no-audit --prefix "$HUNTAZE_CACHE/lighthouse" "lighthouse@$LIGHTHOUSE_VERSION"
fi
source "$(dirname "$0")/sample.sh"

# audit PAGE FILE: writes one report.
audit() {
  local headers='{}'
  case $1 in /beta | /login) ;; *) headers="{\"Cookie\":\"huntaze_session=$(cookie huntaze_session)\"}" ;; esac
  CHROME_PATH=${CHROMIUM:-/usr/bin/chromium} "$HUNTAZE_CACHE/lighthouse/node_modules/.bin/lighthouse" "$APP_URL$1" --quiet --output=json --output-path="$2" \
    --extra-headers="$headers" --only-categories=performance,accessibility,best-practices,seo \
    --chrome-flags="--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync"
}

printf '%s, %s cores, Lighthouse %s, median of %s\n\n' "$(date -u +%F)" "$(nproc)" "$LIGHTHOUSE_VERSION" "$RUNS"
printf '| page | performance | accessibility | best practices | SEO | FCP, ms | LCP, ms | TBT, ms | CLS | TTI, ms | KB |\n|---|---|---|---|---|---|---|---|---|---|---|\n'
for page in "${PAGES[@]}"; do
  for run in $(seq "$RUNS"); do
    # Chromium sometimes records no trace (NO_NAVSTART).
    audit "$page" "$WORK/$run.json" || audit "$page" "$WORK/$run.json" || die "Lighthouse failed on $page"
  done
  node - "$page" "$WORK" "$RUNS" <<'SCRIPT'
const [, , page, folder, runs] = process.argv;
const reports = Array.from({ length: Number(runs) }, (_, run) => JSON.parse(require("fs").readFileSync(`${folder}/${run + 1}.json`, "utf8")));
const median = (value) => reports.map(value).sort((a, b) => a - b)[Math.floor(reports.length / 2)];
const category = (name) => Math.round(100 * median((report) => report.categories[name].score));
const audit = (name, digits = 0) => median((report) => report.audits[name].numericValue).toFixed(digits);
const scores = ["performance", "accessibility", "best-practices", "seo"].map(category);
const times = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time"].map((name) => audit(name));
const kilobytes = (median((report) => report.audits["total-byte-weight"].numericValue) / 1024).toFixed(1);
console.log(`| ${[page, ...scores, ...times, audit("cumulative-layout-shift", 3), audit("interactive"), kilobytes].join(" | ")} |`);
SCRIPT
done
