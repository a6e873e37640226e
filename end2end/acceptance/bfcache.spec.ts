import type { Page } from "@playwright/test";
import { expect, openIntegrations, test, waitForHydration } from "../fixtures/test";

// Playwright turns the back/forward cache off.
test.use({
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"],
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  },
});

/** Goes back. `page.goBack` would wait for the page to load, which a restored one does not. */
async function goBack(page: Page) {
  await page.evaluate(() => history.back());
}

test("back restores the page as it was left", async ({ page }) => {
  await page.goto("/register");
  await waitForHydration(page);
  await page.evaluate(() => (document.documentElement.dataset.kept = "true"));
  await page.getByLabel("E-mail").fill("ada@example.com");
  await page.getByRole("link", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  await goBack(page);
  await expect(page.locator("html")).toHaveAttribute("data-kept", "true");
  await expect(page.getByLabel("E-mail")).toHaveValue("ada@example.com");
});

test("a page of a member is restored, with a form that can be sent again", async ({ page, email, mail }) => {
  await openIntegrations(page, email, mail);
  await page.goto("/settings");
  await waitForHydration(page);
  await page.evaluate(() => (document.documentElement.dataset.kept = "true"));
  await page.getByRole("link", { name: "Home", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
  await goBack(page);
  await expect(page.locator("html")).toHaveAttribute("data-kept", "true");
  await page.getByLabel("Name").fill("Ada");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Your name is saved.")).toBeVisible();
});

test("after signing out, back does not show what was there", async ({ page, email, mail }) => {
  await openIntegrations(page, email, mail);
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await waitForHydration(page);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByText("You are signed out.")).toBeVisible();
  await goBack(page);
  await expect(page).toHaveURL(/\/login/);
});
