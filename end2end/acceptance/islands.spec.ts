import { readdirSync, statSync } from "node:fs";
import type { Page, Request } from "@playwright/test";
import { expect, openIntegrations, test, waitForHydration } from "../fixtures/test";

/** Islands of each page, besides those of every page (`PageBehaviour`) or of every page of a member. */
const GUEST_PAGES: Record<string, string[]> = {
  "/login": ["Cooldown", "ShowPassword"],
  "/register": ["PasswordStrengthMeter", "ShowPassword"],
  "/forgot-password": [],
  "/verify-email": [],
};
const MEMBER_PAGES: Record<string, string[]> = {
  "/home": [],
  "/analytics": [],
  "/integrations": ["IntegrationsGrid"],
  "/integrations/onlyfans": ["ShowPassword"],
  "/content": ["AICaptionGenerator"],
  "/sales": [],
  "/settings": ["PasswordStrengthMeter", "ShowPassword"],
};

/** Names of the islands of the page, each once. */
async function islands(page: Page): Promise<string[]> {
  const names = await page.locator("leptos-island").evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.component!.replace(/_\d+$/, "")));
  return [...new Set(names)].sort();
}

/** Loads a page with an empty cache, and returns what was asked for. */
async function load(page: Page, path: string): Promise<Request[]> {
  const requests: Request[] = [];
  const collect = (request: Request) => requests.push(request);
  page.on("request", collect);
  await page.goto(path, { waitUntil: "networkidle" });
  await waitForHydration(page);
  page.off("request", collect);
  return requests;
}

async function kilobytes(requests: Request[]): Promise<number> {
  const sizes = await Promise.all(requests.map((request) => request.sizes()));
  return sizes.reduce((sum, size) => sum + size.responseBodySize + size.responseHeadersSize, 0) / 1024;
}

/** Sum of all layout shifts of the page so far. */
async function layoutShift(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const shift of list.getEntries()) sum += (shift as PerformanceEntry & { value: number }).value;
        }).observe({ type: "layout-shift", buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
      }),
  );
}

test("a page without an island loads no code, and is small", async ({ page, allowStatus }) => {
  allowStatus(404);
  for (const path of ["/beta", "/no/such/page"]) {
    const requests = await load(page, path);
    expect(requests.map((request) => request.resourceType()).filter((type) => type === "script" || type === "fetch"), path).toEqual([]);
    expect(await kilobytes(requests), path).toBeLessThanOrEqual(25);
    expect(await layoutShift(page), path).toBe(0);
  }
});

test("each page hydrates its islands, requests nothing twice, and does not shift", async ({ page, email, mail }) => {
  test.slow();
  const check = async (path: string, expected: string[]) => {
    const requests = await load(page, path);
    expect(await islands(page), path).toEqual([...new Set(expected)].sort());
    const urls = requests.map((request) => `${request.method()} ${request.url()}`);
    expect(urls.filter((url, index) => urls.indexOf(url) !== index), path).toEqual([]);
    expect(urls.length, path).toBeLessThanOrEqual(6);
    expect(await layoutShift(page), path).toBe(0);
  };
  for (const [path, own] of Object.entries(GUEST_PAGES)) await check(path, [...own, "PageBehaviour"]);
  await openIntegrations(page, email, mail);
  for (const [path, own] of Object.entries(MEMBER_PAGES)) await check(path, [...own, "AIQuotaIndicator", "AssistantPanel", "PageBehaviour"]);
  await check("/assistant", ["AIChatAssistant", "AIQuotaIndicator", "PageBehaviour"]);
  await check("/onboarding/step-1", ["Autosave", "PageBehaviour"]);
});

/** In KB. What changes a number says why in docs/PERFORMANCE.md. */
const BUDGETS = { wasm: 130, js: 10, css: 12, home: 160 };

test("what browsers load stays within its budgets", async ({ browser, page, email, mail }) => {
  const folder = "../target/run/site/pkg";
  for (const kind of ["wasm", "js", "css"] as const) {
    const file = readdirSync(folder).find((name) => name.endsWith(`.${kind}.br`));
    expect(statSync(`${folder}/${file}`).size / 1024, kind).toBeLessThanOrEqual(BUDGETS[kind]);
  }
  await openIntegrations(page, email, mail);
  // A context of its own has an empty cache.
  const context = await browser.newContext({ storageState: await page.context().storageState() });
  expect(await kilobytes(await load(await context.newPage(), "/home"))).toBeLessThanOrEqual(BUDGETS.home);
  await context.close();
});

test("going to another page is a view transition", async ({ page }) => {
  await page.addInitScript(() => {
    window.addEventListener("pagereveal", (event) => {
      document.documentElement.dataset.transition = String(Boolean((event as Event & { viewTransition: unknown }).viewTransition));
    });
  });
  await page.goto("/login");
  await waitForHydration(page);
  await page.getByRole("link", { name: "Create your account" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Create your account" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("data-transition", "true");
});
