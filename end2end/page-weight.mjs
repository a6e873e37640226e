// Measures requests, transferred bytes and first paint of each page. Usage: node page-weight.mjs APP_URL SESSION_COOKIE
import { chromium } from "@playwright/test";

const [base, session] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
for (const path of ["/beta", "/login", "/register", "/home", "/analytics", "/integrations", "/settings"]) {
  const context = await browser.newContext();
  const isForMembers = ["/home", "/analytics", "/integrations", "/settings"].includes(path);
  if (isForMembers) await context.addCookies([{ name: "huntaze_session", value: session, url: base }]);
  const page = await context.newPage();
  const loaded = [];
  page.on("requestfinished", (request) => loaded.push(request));
  await page.goto(base + path);
  await page.waitForFunction(() => !document.querySelector("leptos-island") || document.documentElement.hasAttribute("data-hydrated"));
  const sizes = await Promise.all(loaded.map((request) => request.sizes()));
  const bytes = sizes.reduce((sum, size) => sum + size.responseBodySize + size.responseHeadersSize, 0);
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  console.log(`| ${path} | ${loaded.length} | ${(bytes / 1024).toFixed(1)} | ${paint?.toFixed(0)} |`);
  await context.close();
}
await browser.close();
