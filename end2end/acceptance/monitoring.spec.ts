import { expect, test } from "../fixtures/test";

test("one page view in ten tells how fast it was", async ({ page, request }) => {
  await page.addInitScript(() => {
    Math.random = () => 0.05;
  });
  await page.goto("/beta");
  await page.getByRole("link", { name: "Sign in" }).first().click();
  await expect(page).toHaveURL(/\/login/);
  const metrics = async () => (await request.get(`http://${process.env.METRICS_ADDR}/metrics`)).text();
  for (const vital of ["lcp", "fcp", "ttfb"]) {
    await expect.poll(metrics).toMatch(new RegExp(`web_vital_seconds_count{page="/beta",vital="${vital}"} [1-9]`));
  }
  await expect.poll(metrics).toMatch(/web_vital_layout_shift_count{page="\/beta"} [1-9]/);
});

test("the others tell nothing", async ({ page }) => {
  await page.addInitScript(() => {
    Math.random = () => 0.5;
  });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto("/beta");
  await page.getByRole("link", { name: "Sign in" }).first().click();
  await expect(page).toHaveURL(/\/login/);
  expect(asked).not.toContain("/api/monitoring/metrics");
});
