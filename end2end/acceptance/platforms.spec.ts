import { waitForHydration, sandboxRequests, connect, consent, expect, expectNoOverflow, openIntegrations, refreshUntil, test } from "../fixtures/test";

const PLATFORMS = ["TikTok", "Reddit", "YouTube", "X"];

for (const platform of PLATFORMS) {
  const word = platform.toLowerCase();

  test(`${platform}: deny, connect, view event log, revoke, reconnect, disconnect, reconnect @phone`, async ({
    page, email, mail, handle, withdraw, allowStatus, expectAccessible,
  }) => {
    test.slow();
    await openIntegrations(page, email, mail);
    await page.getByRole("button", { name: `Connect ${platform} account` }).click();
    await page.getByRole("button", { name: "Deny" }).click();
    await expect(page.getByText("You cancelled. Nothing was changed.")).toBeVisible();

    await connect(page, handle, platform);
    await expect(page.getByText(`${platform} connected: @${handle}`)).toBeVisible();
    await expect(page.getByText("Healthy")).toBeVisible();
    await refreshUntil(page, "The account was read just now.");

    await page.getByRole("link", { name: `History of ${platform} @${handle}` }).click();
    await expect(page.getByRole("dialog", { name: "What happened" })).toBeVisible();
    await expect(page.getByRole("dialog").getByText("Figures read").first()).toBeVisible();
    await expectAccessible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect(page).toHaveURL(/\/integrations$/);

    // The user revokes access at the platform; the next sync detects it.
    allowStatus(409);
    await withdraw(word, handle);
    await refreshUntil(page, "Access was withdrawn. Reconnect to go on.");
    await expectNoOverflow(page);
    // Reconnecting with another account of the platform is rejected.
    await page.getByRole("button", { name: `Reconnect ${platform} @${handle}` }).click();
    await consent(page, `${handle}.b`, platform);
    await expect(page.getByText("You gave consent for another account.").first()).toBeVisible();
    await waitForHydration(page);
    await page.getByRole("button", { name: `Reconnect ${platform} @${handle}` }).click();
    await consent(page, handle, platform);
    await expect(page.getByText(`${platform} connected: @${handle}`)).toBeVisible();
    await waitForHydration(page);
    await expect(page.getByText("Healthy")).toBeVisible();

    await page.getByRole("link", { name: `Disconnect ${platform} @${handle}` }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
    await expect(page.getByText("Its figures are kept.")).toBeVisible();
    expect((await sandboxRequests(handle)).map((request) => request.endpoint)).toContain("revoke");
    await page.getByRole("button", { name: `Reconnect ${platform} @${handle}` }).click();
    await consent(page, handle, platform);
    await expect(page.getByText(`${platform} connected: @${handle}`)).toBeVisible();
    await expect(page.getByText("Its figures are kept.")).toHaveCount(0);
  });
}

test("missing permission is shown on the account card until reconnect", async ({ page, email, mail, handle }) => {
  await openIntegrations(page, email, mail);
  await page.getByRole("button", { name: "Connect TikTok account" }).click();
  await page.getByLabel("Any other name").fill(handle);
  await page.getByLabel("video.list").uncheck();
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.getByText("A permission is missing, so some figures cannot be read.")).toBeVisible();
  await waitForHydration(page);
  await page.getByRole("button", { name: `Reconnect TikTok @${handle}` }).click();
  await consent(page, handle, "TikTok");
  await expect(page.getByText("A permission is missing, so some figures cannot be read.")).toHaveCount(0);
});
