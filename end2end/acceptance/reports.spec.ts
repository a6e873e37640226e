import { waitForHydration, connectInstagram, expect, expectNoOverflow, openIntegrations, refreshUntil, test } from "../fixtures/test";

test("user requests a performance analysis and marks an insight as useful @phone", async ({ page, email, handle, mail, expectAccessible }) => {
  await openIntegrations(page, email, mail);
  await connectInstagram(page, handle);
  await refreshUntil(page, "The account was read just now.");
  await page.goto("/analytics?range=7d");
  await waitForHydration(page);
  await page.getByRole("button", { name: "Explain this" }).click();
  const heading = page.getByRole("heading", { level: 2, name: "What your figures mean" });
  await expect(heading).toBeFocused();
  await expect(page).toHaveURL(/\/analytics\?range=7d&report=/);
  await waitForHydration(page);
  await expect(page.getByText("Last 7 days.")).toBeVisible();
  await expect(page.getByText("Based on:")).toBeVisible();
  await expect(page.getByText(/AI requests used this month: 1 of 100/)).toBeAttached();
  await expectAccessible();
  await expectNoOverflow(page);
  const useful = page.getByRole("button", { name: /^Useful ?: Sandbox: title 1/ });
  await useful.click();
  await expect(page.getByRole("button", { name: /^✓ Useful ?: Sandbox: title 1/ })).toHaveAttribute("aria-pressed", "true");
  await page.reload();
  await expect(heading).toBeVisible();
  await expect(page.getByRole("button", { name: /^✓ Useful ?: Sandbox: title 1/ })).toBeVisible();
});

test("user generates a sales strategy and sees it after a reload @phone", async ({ page, email, mail, expectAccessible }) => {
  await openIntegrations(page, email, mail);
  await page.getByRole("link", { name: "Sales", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Sales" })).toBeVisible();
  await expectAccessible();
  await page.getByLabel("Figures of the last").selectOption("90 days");
  await page.getByRole("button", { name: "Work out a strategy" }).click();
  const heading = page.getByRole("heading", { level: 2, name: "Your sales strategy" });
  await expect(heading).toBeFocused();
  await expect(page.getByRole("heading", { level: 3, name: "What it may come to" })).toBeVisible();
  await expectAccessible();
  await expectNoOverflow(page);
  await page.reload();
  await expect(heading).toBeVisible();
});

test("user saves AI settings, and an admin sees the AI costs", async ({ page, email, mail, grantAdmin, allowStatus, expectAccessible }) => {
  allowStatus(400);
  await openIntegrations(page, email, mail);
  await page.goto("/settings");
  await waitForHydration(page);
  await page.getByLabel("A text of yours").fill("Hi my loves!");
  await page.getByLabel("Words you never use").fill("x".repeat(41));
  const ai = page.getByRole("button", { name: "Save AI settings" });
  await ai.click();
  await expect(page.getByText("At most 30 words of 40 characters, split by commas.")).toBeVisible();
  await page.getByLabel("Words you never use").fill("cheap");
  await ai.click();
  await expect(page.getByText("Your AI settings are saved.")).toBeVisible();
  await expectAccessible();
  await page.reload();
  await expect(page.getByLabel("Words you never use")).toHaveValue("cheap");
  await page.goto("/content");
  await waitForHydration(page);
  await page.getByLabel("What the post is about").fill("Sunset.");
  await page.getByRole("button", { name: "Write captions" }).click();
  await expect(page.getByRole("heading", { level: 2, name: "Captions for Instagram" })).toBeFocused();

  grantAdmin(email);
  await page.goto("/admin/connections");
  await waitForHydration(page);
  await page.getByRole("link", { name: "AI costs" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "AI costs" })).toBeVisible();
  await page.getByRole("textbox", { name: "Creator" }).fill(email);
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page.getByRole("region", { name: "By creator" }).getByRole("rowheader", { name: email })).toBeVisible();
  await expect(page.getByRole("img", { name: /^Cost of each of 1 days/ })).toBeVisible();
  await expectAccessible();
  await expectNoOverflow(page);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download (CSV)" }).click();
  expect((await download).suggestedFilename()).toBe("huntaze-ai-costs.csv");
});
