import type { Page } from "@playwright/test";
import { waitForHydration, connectInstagram, expect, expectNoOverflow, openIntegrations, refreshUntil, test } from "../fixtures/test";

const used = (page: Page) => page.getByText(/AI requests used this month: \d+ of 100/);
const said = (page: Page, text: string | RegExp) => page.getByRole("list", { name: "Conversation", exact: true }).getByText(text);
const answers = (page: Page) => page.getByRole("list", { name: "Conversation", exact: true }).getByText("This is an answer of the sandbox");
const end = (page: Page) => page.getByRole("paragraph").filter({ hasText: "the sandbox knows nothing." });

async function ask(page: Page, question: string) {
  await page.getByLabel("Your question").fill(question);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
}

async function openAssistant(page: Page) {
  await page.goto("/assistant");
  await waitForHydration(page);
  await expect(page.getByRole("heading", { level: 1, name: "Assistant" })).toBeVisible();
}

test("user asks a question and sees answer, sources and usage, also after a reload @phone", async ({
  page,
  email,
  handle,
  mail,
  expectAccessible,
}) => {
  await openIntegrations(page, email, mail);
  await connectInstagram(page, handle);
  await refreshUntil(page, "The account was read just now.");
  await page.getByRole("link", { name: "Assistant", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Assistant" })).toBeVisible();
  await expect(page.getByText("No conversation yet.")).toBeVisible();
  await expect(page.getByText(/^Renews /)).toBeVisible();
  await expect(page.getByRole("list", { name: "Questions to begin with" }).getByRole("button").first()).toBeVisible();
  await expectAccessible();
  await expectNoOverflow(page);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByText("Ask something.")).toBeVisible();

  await page.getByLabel("Your question").fill("How is my audience?");
  await page.getByLabel("Your question").press("Enter");
  await expect(end(page)).toBeVisible();
  await expect(page.getByText("Assistant (Analytics)")).toBeVisible();
  await expect(page.getByText("Based on:")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: /^Audience, views, engagement and revenue, last 7 days, as of / })).toBeVisible();
  await expect(page.getByText(/^Analytics agent, gemini-3.8-flash, [\d,]+ tokens, \$0\.\d{4}$/)).toBeVisible();
  await expect(used(page)).toContainText("1 of 100");
  await expect(page).toHaveURL(/\/assistant\?conversation=/);
  await expect(page.getByRole("navigation", { name: "Conversations" }).getByRole("link", { name: "How is my audience?" })).toBeVisible();
  await expectAccessible();
  await expectNoOverflow(page);

  await page.reload();
  await expect(end(page)).toBeVisible();
  await waitForHydration(page);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy the answer" }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain("This is an answer of the sandbox");

  // Edit the question and ask again, then regenerate the answer.
  await page.getByRole("button", { name: "Edit and ask again" }).click();
  await expect(page.getByLabel("Your question")).toHaveValue("How is my audience?");
  await expect(page.getByText("what came after it is replaced")).toBeVisible();
  await ask(page, "[sandbox:invent] How are my views?");
  await expect(said(page, "How is my audience?")).toHaveCount(0);
  await expect(page.getByText("Unverified, as they are not among the figures that were looked up: 987,654.")).toBeVisible();
  await expectAccessible();
  await page.getByRole("button", { name: "Ask again", exact: true }).click();
  await expect(used(page)).toContainText("3 of 100");
  await expect(answers(page)).toHaveCount(1);
});

test("streaming resumes after reload, in a second tab, and after a lost connection", async ({
  page,
  context,
  email,
  mail,
  allowStatus,
}) => {
  await openIntegrations(page, email, mail);
  await openAssistant(page);
  await ask(page, "[sandbox:slow] How are my views?");
  await expect(answers(page)).toBeVisible();
  await expect(page).toHaveURL(/\/assistant\?conversation=/);
  await page.reload();
  await expect(answers(page)).toBeVisible();
  await waitForHydration(page);
  await expect(page.getByRole("button", { name: "Stop" })).toBeVisible();

  const second = await context.newPage();
  await second.goto(page.url());
  await waitForHydration(second);
  await expect(answers(second)).toBeVisible();
  for (const tab of [page, second]) {
    await expect(end(tab)).toBeVisible({ timeout: 30_000 });
    await expect(answers(tab)).toHaveCount(1);
    await expect(tab.getByRole("button", { name: "Stop" })).toBeHidden();
  }

  // The answer is generated, but does not arrive until the connection is restored.
  allowStatus(0);
  await second.route("**/stream?*", (route) => route.abort("internetdisconnected"));
  await ask(second, "And my posts?");
  await expect(second.getByText("The connection is lost.")).toBeVisible();
  await second.unroute("**/stream?*");
  await expect(answers(second)).toHaveCount(2);
  await expect(second.getByText("The connection is lost.")).toBeHidden();
});

test("replacing messages fails with a conflict until messages of another tab are shown", async ({ page, context, email, mail, allowStatus }) => {
  await openIntegrations(page, email, mail);
  await openAssistant(page);
  await ask(page, "How are my views?");
  await expect(end(page)).toBeVisible();
  await page.getByRole("button", { name: "Edit and ask again" }).click();

  const second = await context.newPage();
  await second.goto(page.url());
  await waitForHydration(second);
  await ask(second, "And my posts?");
  await expect(answers(second)).toHaveCount(2);
  await expect(second.getByRole("button", { name: "Stop" })).toBeHidden();

  await expect(said(page, "And my posts?")).toHaveCount(0);
  allowStatus(409);
  await ask(page, "How is my audience?");
  await expect(page.getByText("This conversation went on elsewhere.")).toBeVisible();
  await expect(said(page, "And my posts?")).toBeVisible();
  await expect(page.getByLabel("Your question")).toHaveValue("How is my audience?");
  await ask(page, "How is my audience?");
  await expect(said(page, "How is my audience?")).toBeVisible();
  await expect(answers(page)).toHaveCount(1);

  // Returning to the other tab refetches the conversation.
  await expect(page.getByRole("button", { name: "Stop" })).toBeHidden();
  await second.evaluate(() => window.dispatchEvent(new Event("focus")));
  await expect(said(second, "How is my audience?")).toBeVisible();
  await expect(answers(second)).toHaveCount(1);
});

test("user stops an answer, and the partial answer is kept", async ({ page, email, mail }) => {
  await openIntegrations(page, email, mail);
  await openAssistant(page);
  await ask(page, "[sandbox:slow] How are my views?");
  await expect(answers(page)).toBeVisible();
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(said(page, "You stopped this answer.")).toBeVisible();
  await expect(end(page)).toBeHidden();
  await page.reload();
  await expect(said(page, "You stopped this answer.")).toBeVisible();
  await expect(used(page)).toContainText("1 of 100");
});

test("blocked question shows an error and is not counted; answer markup is escaped", async ({ page, email, mail, expectAccessible }) => {
  await openIntegrations(page, email, mail);
  await openAssistant(page);
  await ask(page, "[sandbox:blocked] How are my views?");
  await expect(said(page, "The AI does not write about this.")).toBeVisible();
  await expect(used(page)).toContainText("0 of 100");
  await expectAccessible();
  await ask(page, "[sandbox:markup] How are my views?");
  await expect(end(page)).toBeVisible();
  await expect(said(page, "<img src=x onerror=alert(1)>")).toBeVisible();
  await expect(page.getByRole("link", { name: "another" })).toHaveAttribute("href", "https://example.com/");
  await expect(page.getByRole("link", { name: "a link" })).toHaveCount(0);
});

test("assistant panel answers next to a page and opens as a page @phone", async ({ page, email, mail, expectAccessible }) => {
  await openIntegrations(page, email, mail);
  await page.getByRole("button", { name: "Ask the assistant" }).click();
  const panel = page.getByRole("complementary", { name: "Assistant" });
  await expect(panel.getByLabel("Your question")).toBeFocused();
  // On a phone the panel covers the page, which must then be hidden.
  await expect(page.getByRole("main")).toBeVisible({ visible: (page.viewportSize()?.width ?? 0) >= 960 });
  await ask(page, "How are my views?");
  await expect(end(page)).toBeVisible();
  await expectAccessible();
  await expectNoOverflow(page);
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(page.getByRole("button", { name: "Ask the assistant" })).toBeFocused();
  await page.getByRole("link", { name: "Home", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.getByRole("button", { name: "Ask the assistant" }).click();
  await expect(end(page)).toBeVisible();
  await panel.getByRole("link", { name: "Open as page" }).click();
  await expect(page).toHaveURL(/\/assistant\?conversation=/);
  await expect(panel).toBeHidden();
  await expect(end(page)).toBeVisible();
});

test("user searches, renames and deletes conversations", async ({ page, email, mail, allowStatus, expectAccessible }) => {
  await openIntegrations(page, email, mail);
  await openAssistant(page);
  const list = page.getByRole("navigation", { name: "Conversations" });
  for (const question of ["How are my views?", "Which price is right?"]) {
    await list.getByRole("link", { name: "New conversation" }).click();
    await expect(page).toHaveURL(/\/assistant$/);
    await ask(page, question);
    await expect(end(page)).toBeVisible();
    await expect(list.getByRole("link", { name: question })).toBeVisible();
  }
  await list.getByLabel("Search conversations").fill("RIGHT?");
  await list.getByRole("button", { name: "Search" }).click();
  await expect(list.getByRole("link", { name: "How are my views?" })).toHaveCount(0);
  await list.getByRole("link", { name: "Which price is right?" }).click();
  await page.getByRole("heading", { level: 2, name: "Which price is right?" }).click();
  await page.getByLabel("Name of the conversation").fill("Summer");
  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("heading", { level: 2, name: "Summer" }).click();
  await expect(list.getByRole("link", { name: "Summer" })).toBeVisible();
  await expectAccessible();
  await page.getByText("Delete conversation", { exact: true }).click();
  await page.getByRole("button", { name: "Delete for good" }).click();
  await expect(page).toHaveURL(/\/assistant$/);
  await expect(list.getByRole("link", { name: "Summer" })).toHaveCount(0);
  // Go back to the deleted conversation.
  allowStatus(404);
  await page.goBack();
  await expect(page.getByText("There is nothing here.")).toBeVisible();
  // A conversation started there gets its own URL.
  const gone = page.url();
  await ask(page, "How is my audience?");
  await expect(end(page)).toBeVisible();
  await expect(page).not.toHaveURL(gone);
  await page.reload();
  await expect(said(page, "How is my audience?")).toBeVisible();
});
