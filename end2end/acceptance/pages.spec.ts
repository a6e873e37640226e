import { waitForHydration, expect, expectNoOverflow, test } from "../fixtures/test";

const PAGES = ["/beta", "/login", "/register", "/verify-email", "/forgot-password", "/reset-password?token=unknown"];

for (const path of PAGES) {
  test(`${path} is accessible and fits the screen @phone`, async ({ page, expectAccessible }) => {
    await page.goto(path);
    await waitForHydration(page);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    await expectAccessible();
    await expectNoOverflow(page);
  });
}

test("unknown page shows a 404 page with a link to the start", async ({ page, allowStatus, expectAccessible }) => {
  allowStatus(404);
  const answer = await page.goto("/no/such/page");
  expect(answer!.status()).toBe(404);
  await expect(page).toHaveTitle("Page not found · Huntaze");
  await expect(page.getByRole("heading", { level: 1, name: "Page not found" })).toBeVisible();
  await expectAccessible();
  await page.getByRole("link", { name: "Go to the start" }).click();
  await expect(page).toHaveURL(/\/beta$/);
});

test("back button returns to the sign-in page", async ({ page }) => {
  await page.goto("/login");
  await waitForHydration(page);
  await page.getByRole("link", { name: "Create your account" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Create your account" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
});

test("the landing page sets no cookie", async ({ page, context }) => {
  await page.goto("/beta", { waitUntil: "networkidle" });
  expect(await context.cookies()).toEqual([]);
});
