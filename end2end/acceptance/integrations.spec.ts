import { waitForHydration, sandboxRequests, connectInstagram, consent, expect, expectNoOverflow, openIntegrations, refreshUntil, register, signIn, test } from "../fixtures/test";

test("new user completes onboarding, connects Instagram, sees metrics, and disconnects @phone", async ({ page, email, mail, handle, expectAccessible }) => {
  await register(page, email, mail);
  await signIn(page, email);
  await waitForHydration(page);
  await page.getByLabel("Photos").check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Instagram").check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Grow my audience").check();
  await page.getByRole("button", { name: "Finish" }).click();

  await expect(page.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
  await expect(page.getByText("Connect your first account to see your figures.")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Get started" })).toBeVisible();
  await expectAccessible();
  await page.getByRole("link", { name: "Connect an account" }).first().click();

  await expect(page.getByRole("heading", { level: 1, name: "Integrations" })).toBeVisible();
  await expect(page.getByText("Not available yet")).toHaveCount(0);
  await expectAccessible();
  await connectInstagram(page, handle);
  await expect(page.getByText(`Instagram connected: @${handle}`)).toBeVisible();
  await expect(page).toHaveURL(/\/integrations$/);
  await expect(page.getByRole("heading", { level: 2, name: `Instagram @${handle}` })).toBeVisible();
  await expect(page.getByText("Healthy")).toBeVisible();
  await expect(page.getByText("Sandbox").first()).toBeVisible();
  await expect(page.getByText(/Updated just now/)).toBeVisible();
  await expectAccessible();

  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Home" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
  // The backfill starts automatically after connecting.
  await page.getByRole("link", { name: "7 days" }).click();
  await expect(page.getByText(/vs previous 7 days/)).toHaveCount(2);
  await expect(page.getByRole("link", { name: "Import a statement" })).toBeVisible();
  await expect(page.getByText(/Updated/).first()).toBeVisible();
  await expect(page.getByRole("heading", { name: "Get started" })).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "Connections" })).toBeVisible();
  await expect(page.getByRole("link", { name: /Look at the quarter/ })).toBeVisible();
  await expectAccessible();
  await expectNoOverflow(page);

  await page.getByRole("link", { name: "Manage your connections" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Integrations" })).toBeVisible();
  await expectNoOverflow(page);
  await waitForHydration(page);
  await page.getByRole("button", { name: /Refresh now/ }).click();
  await expect(page.getByText("The account was read just now.")).toBeVisible();
  await page.getByRole("link", { name: "Disconnect" }).click();
  await expect(page.getByRole("dialog", { name: `Disconnect Instagram @${handle}?` })).toBeVisible();
  await expectAccessible();
  await page.getByLabel("Delete its figures").check();
  await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
  await expect(page.getByText("The account is disconnected.")).toBeVisible();
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByRole("heading", { level: 2, name: `Instagram @${handle}` })).toHaveCount(0);
  const asked = await sandboxRequests(handle);
  expect(asked.map((request) => request.endpoint)).toContain("revoke");
});

test("user connects two accounts and sees a card for each", async ({ page, email, mail, handle }) => {
  await openIntegrations(page, email, mail);
  await connectInstagram(page, handle);
  await connectInstagram(page, `${handle}.too`);
  await expect(page.getByText(`Instagram connected: @${handle}.too`)).toBeVisible();
  await expect(page.getByRole("heading", { level: 2, name: `Instagram @${handle}`, exact: true })).toBeVisible();
  await expect(page.getByRole("heading", { level: 2, name: `Instagram @${handle}.too` })).toBeVisible();
});

test("denied consent changes nothing, and a callback URL leads to the account again", async ({ page, email, mail, handle }) => {
  await openIntegrations(page, email, mail);
  await page.getByRole("button", { name: "Connect Instagram account" }).click();
  await page.getByRole("button", { name: "Deny" }).click();
  await expect(page.getByText("You cancelled. Nothing was changed.")).toBeVisible();
  await expect(page).toHaveURL(/\/integrations$/);

  let callback = "";
  page.on("request", (request) => {
    if (request.url().includes("/api/integrations/callback/")) callback = request.url();
  });
  await connectInstagram(page, handle);
  await expect(page.getByText(`Instagram connected: @${handle}`)).toBeVisible();
  await page.goto(callback);
  await expect(page.getByText(`Instagram connected: @${handle}`)).toBeVisible();
  await expect(page.getByRole("heading", { level: 2, name: `Instagram @${handle}` })).toHaveCount(1);
});

test("revoked access asks the user to reconnect and keeps the account", async ({ page, email, mail, handle, allowStatus, fail, expectAccessible }) => {
  test.slow();
  await openIntegrations(page, email, mail);
  await connectInstagram(page, handle);
  await expect(page.getByText(`Instagram connected: @${handle}`)).toBeVisible();
  // Wait until the backfill is complete, so that only this test triggers syncs of the account.
  await page.goto("/home?range=90d");
  await expect(page.getByText(/vs previous 90 days/)).toHaveCount(2, { timeout: 60_000 });
  await page.goto("/integrations");
  await waitForHydration(page);

  allowStatus(409, 503);
  await fail(handle, "profile", "server_error");
  await refreshUntil(page, "The platform does not answer. We keep trying.");
  await fail(handle, "profile", "revoked");
  await refreshUntil(page, "Needs attention");
  await expect(page.getByRole("button", { name: /Reconnect/ })).toBeVisible();
  await expectAccessible();
  await page.goto("/home");
  await waitForHydration(page);
  await expect(page.getByText("Access was withdrawn. Reconnect to go on.")).toBeVisible();
  await expect(page.getByRole("link", { name: /Repair a connection/ })).toBeVisible();

  await page.goto("/integrations");
  await waitForHydration(page);
  await page.getByRole("button", { name: /Reconnect/ }).click();
  await consent(page, handle);
  await expect(page.getByText(`Instagram connected: @${handle}`)).toBeVisible();
  await expect(page.getByText("Healthy")).toBeVisible();
});

test("missing permission is shown in place of the figure", async ({ page, email, mail, handle }) => {
  await openIntegrations(page, email, mail);
  await page.getByRole("button", { name: "Connect Instagram account" }).click();
  await page.getByLabel("Any other name").fill(handle);
  await page.getByLabel("instagram_business_manage_insights").uncheck();
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.getByText(`Instagram connected: @${handle}`)).toBeVisible();
  await page.goto("/home");
  await expect(page.getByText("You did not allow Huntaze to read this. Reconnect to allow it.")).toHaveCount(2);
});

test("disconnect dialog works with the keyboard and closes with the back button", async ({ page, email, mail, handle }) => {
  await openIntegrations(page, email, mail);
  await connectInstagram(page, handle);
  await expect(page.getByText(`Instagram connected: @${handle}`)).toBeVisible();
  const disconnect = page.getByRole("link", { name: /^Disconnect/ });
  await disconnect.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
  await waitForHydration(page);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page).toHaveURL(/\/integrations$/);
  await disconnect.click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("dialog")).toBeHidden();
  await disconnect.click();
  await waitForHydration(page);
  await page.getByRole("link", { name: "Stay connected" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByRole("heading", { level: 2, name: `Instagram @${handle}` })).toBeVisible();
});

test("disconnect dialog keeps its answers when the accounts are drawn again", async ({ page, email, mail, handle }) => {
  await page.clock.install();
  await openIntegrations(page, email, mail);
  await connectInstagram(page, handle);
  await expect(page.getByText(`Instagram connected: @${handle}`)).toBeVisible();
  await page.getByRole("link", { name: /^Disconnect/ }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await waitForHydration(page);
  await page.getByLabel("Delete its figures").check();
  const drawnAgain = page.waitForResponse(/\/integrations\?disconnect=/);
  await page.clock.fastForward(60_000);
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await (await drawnAgain).finished();
  await expect(page.getByRole("dialog")).toBeVisible();
  await expect(page).toHaveURL(/disconnect=/);
  await expect(page.getByLabel("Delete its figures")).toBeChecked();
  await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
  await expect(page.getByText("The account is disconnected.")).toBeVisible();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("user connects, syncs and disconnects an account", async ({ page, browser, email, mail, handle }) => {
    const helper = await (await browser.newContext({ javaScriptEnabled: true, extraHTTPHeaders: { "x-forwarded-for": "10.200.1.2" } })).newPage();
    await register(helper, email, mail);
    await helper.context().close();
    await signIn(page, email);
    await page.goto("/integrations");
    await page.getByRole("button", { name: "Connect Instagram account" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Continue to the platform" })).toBeVisible();
    await page.getByRole("link", { name: "Continue" }).click();
    await consent(page, handle);
    await expect(page.getByText(`Instagram connected: @${handle}`)).toBeVisible();
    await page.getByRole("button", { name: /Refresh now/ }).click();
    await expect(page.getByText("The account was read just now.")).toBeVisible();
    await page.goto("/home");
    await expect(page.getByRole("link", { name: "Import a statement" })).toBeVisible();
    await page.goto("/integrations");
    await page.getByRole("link", { name: /^Disconnect/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
    await expect(page.getByText("Its figures are kept.")).toBeVisible();
    await page.getByRole("link", { name: /^Delete figures/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await expect(page.getByRole("heading", { level: 2, name: `Instagram @${handle}` })).toHaveCount(0);
  });
});
