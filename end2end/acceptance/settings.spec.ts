import { readFile } from "node:fs/promises";
import { waitForHydration, expect, expectNoOverflow, PASSWORD, register, signIn, test } from "../fixtures/test";

test("user changes the name and sees it in the header @phone", async ({ page, email, mail, expectAccessible }) => {
  await register(page, email, mail);
  await signIn(page, email);
  await page.goto("/settings");
  await waitForHydration(page);
  await expect(page.getByText("This device")).toBeVisible();
  await expectAccessible();
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Your name is saved.")).toBeVisible();
  await expect(page.getByRole("banner")).toContainText("Ada Lovelace");
  await expectNoOverflow(page);
});

test("user signs out another device from the session list", async ({ page, browser, email, mail }) => {
  await register(page, email, mail);
  await signIn(page, email);
  const other = await (await browser.newContext({ userAgent: "Mozilla/5.0 (iPhone) Safari/604.1" })).newPage();
  await signIn(other, email);
  await page.goto("/settings");
  await waitForHydration(page);
  await page.getByRole("button", { name: "Sign out Safari on iPhone" }).click();
  await expect(page.getByText("The device was signed out.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Sign out Safari on iPhone" })).toHaveCount(0);
  await other.goto("/settings");
  await expect(other).toHaveURL(/\/login\?reason=ended/);
  await expect(other.getByText("Your session has ended. Sign in again.")).toBeVisible();
  await other.context().close();
});

test("user changes the password and signs in with the new one", async ({ page, email, mail, allowStatus }) => {
  await register(page, email, mail);
  await signIn(page, email);
  await page.goto("/settings");
  await waitForHydration(page);
  allowStatus(400);
  await page.getByLabel("Current password").fill("not this one");
  await page.getByLabel("New password").fill("violet-engine-sunday");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByLabel("Current password")).toHaveAccessibleDescription("This is not your password.");
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Your password was changed.")).toBeVisible();
  await mail(email, /password was changed/);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByText("You are signed out.")).toBeVisible();
  await signIn(page, email, "violet-engine-sunday");
});

test("user exports the data, then deletes the account", async ({ page, email, mail, allowStatus }) => {
  await register(page, email, mail);
  await signIn(page, email);
  await page.goto("/settings");
  await waitForHydration(page);
  const started = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export my data" }).click();
  const download = await started;
  expect(download.suggestedFilename()).toBe("huntaze-export.json");
  expect(JSON.parse(await readFile(await download.path(), "utf8")).account.email).toBe(email);

  await page.getByLabel("Your password, to delete the account").fill(PASSWORD);
  await page.getByRole("button", { name: "Delete my account" }).click();
  await expect(page.getByText("Your account was deleted.")).toBeVisible();
  allowStatus(401);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("E-mail or password is not right.");
});
