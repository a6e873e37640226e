// Loads each page with an empty cache, with the network and processor of a phone as Lighthouse's mobile preset has them, and prints requests,
// bytes, first and largest paint, and when the islands work. Usage: node page-weight.mjs APP_URL SESSION_COOKIE
import { chromium } from "@playwright/test";

/** Bits of a second become bytes. */
const PHONE_NETWORK = { offline: false, latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (750 * 1024) / 8 };
const PHONE_SLOWDOWN = 4;
/** Of these pages, the median of as many loads is printed. */
const LOADS = 3;
const PAGES = ["/beta", "/login", "/register", "/home", "/analytics", "/integrations", "/assistant", "/settings"];
const PUBLIC = ["/beta", "/login", "/register"];
const GOALS = { requests: 6, kilobytes: 160, largestPaint: 1200, interactive: 1500 };

const [base, session] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** Remembers the largest paint and the moment at which the islands work, in milliseconds since the navigation began. */
function observe() {
  new PerformanceObserver((list) => (window.largestPaint = list.getEntries().at(-1).startTime)).observe({ type: "largest-contentful-paint", buffered: true });
  new MutationObserver(() => {
    if (document.documentElement.hasAttribute("data-hydrated")) window.interactiveAt ??= performance.now();
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-hydrated"] });
}

async function load(path) {
  const context = await browser.newContext({ viewport: { width: 412, height: 823 }, deviceScaleFactor: 1.75, isMobile: true, hasTouch: true });
  if (!PUBLIC.includes(path)) await context.addCookies([{ name: "huntaze_session", value: session, url: base }]);
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", PHONE_NETWORK);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: PHONE_SLOWDOWN });
  await page.addInitScript(observe);
  const loaded = [];
  page.on("requestfinished", (request) => loaded.push(request));
  await page.goto(base + path);
  await page.waitForFunction(() => window.largestPaint && (!document.querySelector("leptos-island") || window.interactiveAt));
  const sizes = await Promise.all(loaded.map((request) => request.sizes()));
  const bytes = sizes.reduce((sum, size) => sum + size.responseBodySize + size.responseHeadersSize, 0);
  const times = await page.evaluate(() => {
    const firstPaint = performance.getEntriesByName("first-contentful-paint")[0].startTime;
    return { firstPaint, largestPaint: window.largestPaint, interactive: window.interactiveAt ?? firstPaint };
  });
  await context.close();
  return { requests: loaded.length, kilobytes: bytes / 1024, ...times };
}

const median = (loads, field) => loads.map((load) => load[field]).sort((a, b) => a - b)[Math.floor(loads.length / 2)];

console.log(`| page, as on a phone | requests (goal ${GOALS.requests}) | KB (goal ${GOALS.kilobytes}) | first paint, ms | largest paint, ms (goal ${GOALS.largestPaint}) | interactive, ms (goal ${GOALS.interactive}) |`);
console.log("|---|---|---|---|---|---|");
for (const path of PAGES) {
  const loads = [];
  for (let count = 0; count < LOADS; count += 1) loads.push(await load(path));
  const row = ["requests", "kilobytes", "firstPaint", "largestPaint", "interactive"].map((field) => median(loads, field));
  console.log(`| ${path} | ${row[0]} | ${row[1].toFixed(1)} | ${row.slice(2).map((time) => time.toFixed(0)).join(" | ")} |`);
}
await browser.close();
