import type { Page } from "@playwright/test";
import { waitForHydration, expect, expectNoOverflow, openIntegrations, register, signIn, test } from "../fixtures/test";

/** Returns the UTC date `ago` days ago, as YYYY-MM-DD. */
function day(ago: number): string {
  return new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
}

const HEADER = "date,type,username,gross_amount,platform_fee,net_amount,currency,description,status";

function statement(rows: string[]): { name: string; mimeType: string; buffer: Buffer } {
  return { name: "statement.csv", mimeType: "text/csv", buffer: Buffer.from([HEADER, ...rows].join("\n")) };
}

const ROWS = [
  `${day(5)},subscription,fan1,10.00,2.00,8.00,USD,,done`,
  `${day(4)},tip,fan2,25.00,5.00,20.00,USD,Thank you,done`,
  `${day(3)},refund,fan2,5.00,1.00,4.00,USD,,done`,
  `${day(3)},payout,,500.00,,500.00,USD,,done`,
  `some day,tip,fan3,5.00,1.00,4.00,USD,,done`,
];

async function upload(page: Page, file: ReturnType<typeof statement>) {
  await page.getByLabel("Statement", { exact: true }).setInputFiles(file);
  await page.getByRole("button", { name: "Upload statement" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "statement.csv" })).toBeVisible();
}

test("user imports a statement with row errors, sees it on home, and deletes it @phone", async ({ page, email, mail, allowStatus, expectAccessible }) => {
  allowStatus(400);
  await openIntegrations(page, email, mail);
  await page.getByRole("link", { name: "Import earnings" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "OnlyFans earnings" })).toBeVisible();
  await expect(page.getByText("No statement yet.")).toBeVisible();
  await expectAccessible();
  await expectNoOverflow(page);
  await page.getByRole("button", { name: "Upload statement" }).click();
  await expect(page.getByText("Choose a file.")).toBeVisible();

  await upload(page, statement(ROWS));
  await waitForHydration(page);
  await expect(page.getByText("5 rows: 3 earnings, 1 left out (pay-outs and failed payments), 1 row with an error.")).toBeVisible();
  await expect(page.getByText("24.00 USD", { exact: true })).toBeVisible();
  const errors = page.getByRole("region", { name: "Rows with errors" });
  await expect(errors.getByRole("row", { name: "6 This is not a date. some day" })).toBeVisible();
  await expectAccessible();
  await expectNoOverflow(page);

  // Change the column mapping and parse the file again.
  await page.getByLabel("Net amount (what you get)").selectOption({ label: "Not in this file" });
  await page.getByLabel("Platform fee").selectOption({ label: "Not in this file" });
  await page.getByRole("button", { name: "Read again" }).click();
  await expect(page.getByText("30.00 USD", { exact: true })).toBeVisible();
  await expect(page.getByText("Gross amounts are counted: the file names no fee.")).toBeVisible();
  await page.getByLabel("Gross amount (what the fan paid)").selectOption({ label: "Not in this file" });
  await page.getByRole("button", { name: "Read again" }).click();
  await expect(page.getByText("Choose a column with an amount: net, gross or both.")).toBeVisible();
  await page.getByLabel("Net amount (what you get)").selectOption({ label: "net_amount (8.00)" });
  await page.getByRole("button", { name: "Read again" }).click();
  await expect(page.getByText("24.00 USD", { exact: true })).toBeVisible();

  await page.getByRole("button", { name: "Import 3 earnings" }).click();
  await expect(page.getByRole("heading", { level: 2, name: "3 earnings added" })).toBeVisible({ timeout: 15_000 });
  await expectAccessible();
  await page.goto("/home?range=7d");
  await waitForHydration(page);
  await expect(page.getByText("24.00 USD")).toBeVisible();
  await expect(page.getByText("Based on 3 of 7 days")).toBeVisible();
  await page.getByRole("link", { name: "your earnings" }).click();
  await page.getByRole("link", { name: "statement.csv" }).click();
  await page.getByText("Undo this import…").click();
  await page.getByRole("button", { name: "Undo import" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "OnlyFans earnings" })).toBeVisible();
  await expect(page.getByText("The statement was removed.")).toBeVisible();
  await expect(page.getByText("No statement yet.")).toBeVisible();
});

test("user sees duplicate files and entries that are already stored", async ({ page, email, mail }) => {
  await openIntegrations(page, email, mail);
  await page.goto("/integrations/onlyfans");
  await waitForHydration(page);
  await upload(page, statement(ROWS));
  await page.getByRole("button", { name: "Import 3 earnings" }).click();
  await expect(page.getByRole("heading", { level: 2, name: "3 earnings added" })).toBeVisible({ timeout: 15_000 });
  await page.reload();
  await expect(page.getByRole("heading", { level: 2, name: "3 earnings added" })).toBeVisible();
  await page.goto("/integrations/onlyfans");
  await waitForHydration(page);
  await upload(page, statement(ROWS));
  await expect(page.getByText("The same file is imported already, or about to be:")).toBeVisible();
  await page.goto("/integrations/onlyfans");
  await waitForHydration(page);
  await upload(page, statement([...ROWS, `${day(2)},tip,fan9,5.00,1.00,4.00,USD,,done`]));
  await expect(page.getByText("4 earnings, 3 of them stored already")).toBeVisible();
  await page.getByRole("button", { name: "Import 1 earning" }).click();
  await expect(page.getByRole("heading", { level: 2, name: "1 earning added" })).toBeVisible({ timeout: 15_000 });
});

test("large statement shows import progress and completes after a reload", async ({ page, email, mail }) => {
  await openIntegrations(page, email, mail);
  await page.goto("/integrations/onlyfans");
  await waitForHydration(page);
  const rows = Array.from({ length: 60_000 }, (_, row) => `${day(row % 80 + 1)},tip,fan${row},1.25,0.25,1.00,USD,Number ${row},done`);
  await upload(page, statement(rows));
  await page.getByRole("button", { name: "Import 60,000 earnings" }).click();
  await expect(page.getByRole("progressbar", { name: "Rows stored" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { level: 2, name: "60,000 earnings added" })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText("60,000.00 USD")).toBeVisible();
});

test("user enters a daily total, sees it on home, and deletes it @phone", async ({ page, email, mail, expectAccessible }) => {
  await openIntegrations(page, email, mail);
  await page.goto("/integrations/onlyfans");
  await waitForHydration(page);
  await page.getByRole("button", { name: "Save day" }).click();
  await expect(page.getByText("Choose a day.")).toBeVisible();
  await page.getByLabel("Day (UTC)").fill(day(1));
  await page.getByLabel("What you got that day").fill("120.50");
  await page.getByRole("button", { name: "Save day" }).click();
  const days = page.getByRole("list", { name: "Days that you entered" });
  await expect(days.getByText("120.50 USD", { exact: true })).toBeVisible();
  await expect(page.getByLabel("What you got that day")).toHaveValue("");
  await expect(page.getByLabel("Day (UTC)")).toBeFocused();
  await expectAccessible();
  await expectNoOverflow(page);
  await page.goto("/home?range=7d");
  await expect(page.getByText("120.50 USD")).toBeVisible();
  await page.goto("/integrations/onlyfans");
  await waitForHydration(page);
  await page.getByRole("button", { name: `Remove ${day(1)}, 120.50 USD` }).click();
  await expect(page.getByRole("list", { name: "Days that you entered" })).toHaveCount(0);
});

test("user connects the partner service with an API key and disconnects it @phone", async ({ page, email, mail, handle, expectAccessible, allowStatus }) => {
  allowStatus(400);
  await openIntegrations(page, email, mail);
  await page.goto("/integrations/onlyfans");
  await waitForHydration(page);
  await page.getByLabel("Account id at the partner").fill(`acct_${handle}`);
  await page.getByLabel("API key").fill("wrong");
  await page.getByRole("button", { name: "Have them read" }).click();
  await expect(page.getByText("Confirm that you have read this.")).toBeVisible();
  await page.getByLabel("I have read this, and it is my decision.").check();
  await page.getByRole("button", { name: "Have them read" }).click();
  await expect(page.getByText("The partner does not take this key.")).toBeVisible();
  await expectAccessible();
  await page.getByLabel("API key").fill("ofapi_sandbox");
  await page.getByRole("button", { name: "Have them read" }).click();
  await expect(page.getByText(`acct_${handle}`, { exact: true })).toBeVisible();
  await expect(async () => {
    await page.goto("/home?range=7d");
    await expect(page.getByText("your earnings")).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 15_000 });
  await page.goto("/integrations/onlyfans");
  await waitForHydration(page);
  await expect(page.getByText(/Updated just now/)).toBeVisible();
  await expectAccessible();
  await expectNoOverflow(page);
  await page.getByText("Have them read no more…").click();
  await page.getByRole("button", { name: "Remove key and earnings" }).click();
  await expect(page.getByRole("button", { name: "Have them read" })).toBeVisible();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("user uploads a statement, changes the column mapping, and imports it", async ({ page, browser, email, mail }) => {
    const helper = await (await browser.newContext({ javaScriptEnabled: true, extraHTTPHeaders: { "x-forwarded-for": "10.200.1.3" } })).newPage();
    await register(helper, email, mail);
    await helper.context().close();
    await signIn(page, email);
    await page.goto("/integrations/onlyfans");
    await upload(page, statement(ROWS));
    await page.getByLabel("Date", { exact: true }).selectOption({ label: "Not in this file" });
    await page.getByRole("button", { name: "Read again" }).click();
    await expect(page.getByText("Choose the column with the date.")).toBeVisible();
    await page.getByLabel("Date", { exact: true }).selectOption({ index: 1 });
    await page.getByRole("button", { name: "Read again" }).click();
    await page.getByRole("button", { name: "Import 3 earnings" }).click();
    await expect(async () => {
      await page.reload();
      await expect(page.getByRole("heading", { level: 2, name: "3 earnings added" })).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 15_000 });
    await page.getByText("Undo this import…").click();
    await page.getByRole("button", { name: "Undo import" }).click();
    await expect(page.getByText("No statement yet.")).toBeVisible();
  });
});

test("user decides what a statement leaves open @phone", async ({ page, email, mail, expectAccessible }) => {
  await openIntegrations(page, email, mail);
  await page.goto("/integrations/onlyfans");
  await waitForHydration(page);
  const rows = [`${day(5)},tip,fan1,,,8.00,USD,,done`, `${day(4)},Transfer,fan2,,,3.00,USD,,done`, "", "Date,Amount,Note", `${day(3)},7.00,x`];
  await upload(page, statement(rows));
  await waitForHydration(page);
  const questions = page.getByRole("list", { name: "Rows that can be read in several ways" });
  await expect(questions).toContainText("1 row with “transfer” could be money in or out: 3.00 USD. They are not counted until you choose.");
  await expectAccessible();
  await expectNoOverflow(page);
  await questions.getByRole("button", { name: "Money in: 11.00 USD in all" }).click();
  await expect(questions).toContainText("You chose money in.");
  await expect(page.getByText("11.00 USD", { exact: true })).toBeVisible();
  await questions.getByRole("button", { name: "Leave out: 8.00 USD in all" }).click();
  await expect(questions).toContainText("You left them out.");
  const tables = page.getByRole("list", { name: "Other tables in this file" });
  await expect(tables).toContainText("Another table starts at line 5.");
  await tables.getByRole("button", { name: "Read it instead" }).click();
  await expect(page.getByText("7.00 USD", { exact: true }).first()).toBeVisible();
  await expect(tables).toContainText("Another table starts at line 1.");
});
