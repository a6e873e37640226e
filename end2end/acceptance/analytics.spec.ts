import { readFile } from "node:fs/promises";
import { waitForHydration, connect, connectInstagram, expect, expectNoOverflow, openIntegrations, test } from "../fixtures/test";

test("user sees daily metrics and posts of all accounts or one, with chart tables @phone", async ({ page, email, mail, handle, expectAccessible }) => {
  test.slow();
  await openIntegrations(page, email, mail);
  await page.goto("/analytics");
  await expect(page.getByRole("heading", { name: "Nothing to look at yet" })).toBeVisible();
  await expectAccessible();
  await page.getByRole("link", { name: "Connect an account" }).click();
  await waitForHydration(page);
  await connectInstagram(page, handle);
  await connect(page, handle, "Reddit");
  // Wait until the backfill is complete.
  await page.goto("/home?range=90d");
  await expect(page.getByText(/vs previous 90 days/)).toHaveCount(2, { timeout: 60_000 });
  await expect(page.getByText("Without Reddit").first()).toBeVisible();

  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Analytics" }).click();
  await expect(page.getByRole("img", { name: /^Views from .* 30 of 30 days known$/ })).toBeVisible();
  await expect(page.getByRole("heading", { name: /^Posts \(\d+\)$/ })).toBeVisible();
  await expectAccessible();
  await expectNoOverflow(page);
  await page.getByText("Views as a table").click();
  await expect(page.getByRole("region", { name: "Views by day" }).getByRole("row")).toHaveCount(31);
  await expectAccessible();

  await page.getByRole("link", { name: "90 days" }).click();
  await expect(page.getByRole("img", { name: /^Views from .* 90 of 90 days known$/ })).toBeVisible();
  await expect(page).toHaveURL(/range=90d/);
  await expect(page.getByText("Page 1 of 2")).toBeVisible();
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page.getByText("Page 2 of 2")).toBeVisible();
  await page.goBack();
  await expect(page.getByText("Page 1 of 2")).toBeVisible();
  await page.getByRole("navigation", { name: "Account" }).getByRole("link", { name: `Reddit @${handle}` }).click();
  await expect(page.getByText("Reddit does not report views")).toBeVisible();
  await expect(page.getByRole("link", { name: `Reddit @${handle}` })).toHaveAttribute("aria-current", "true");
  await page.getByRole("link", { name: "Newest" }).click();
  await expect(page).toHaveURL(/order=newest/);
  await page.reload();
  await expect(page.getByRole("link", { name: "Newest" })).toHaveAttribute("aria-current", "true");

  await waitForHydration(page);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download posts (CSV)" }).click()]);
  expect(download.suggestedFilename()).toBe("huntaze-posts.csv");
  const table = await readFile(await download.path(), "utf8");
  expect(table.split("\n")[0]).toBe("published_at,platform,account,title,url,views,likes,comments,shares,captured_at");
  expect(table).toContain(`reddit,${handle},`);
});

test("only admins can open the connection doctor", async ({ page, email, mail, handle, grantAdmin, allowStatus, expectAccessible }) => {
  await openIntegrations(page, email, mail);
  await connect(page, handle, "X");
  await expect(page.getByRole("link", { name: "Admin" })).toHaveCount(0);
  allowStatus(403);
  await page.goto("/admin/connections");
  await expect(page.getByText("You are not allowed to do this.")).toBeVisible();
  grantAdmin(email);
  await page.goto("/home");
  await waitForHydration(page);
  await page.getByRole("link", { name: "Admin" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Connection doctor" })).toBeVisible();
  await expect(page.getByText(/\/api\/integrations\/callback\/tiktok$/)).toBeVisible();
  await expectAccessible();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy the redirect URI of TikTok" }).click();
  await expect(page.getByText("Copied: the redirect URI of TikTok")).toBeVisible();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/integrations\/callback\/tiktok$/);
  await page.getByRole("button", { name: "Try the consent page of X" }).click();
  await expect(page.getByText("It answers 200: the platform knows us.")).toBeVisible();
  await expectNoOverflow(page);
});
