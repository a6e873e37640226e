import type { Page } from "@playwright/test";
import { waitForHydration, expect, expectNoOverflow, openIntegrations, test } from "../fixtures/test";

async function ask(page: Page, description: string) {
  await page.getByLabel("What the post is about").fill(description);
  await page.getByRole("button", { name: "Write captions" }).click();
}

const used = (page: Page) => page.getByText(/AI requests used this month: \d+ of 100/);

test("user generates captions, edits and copies one, and sees them after a reload @phone", async ({ page, email, mail, allowStatus, expectAccessible }) => {
  allowStatus(400);
  await openIntegrations(page, email, mail);
  await page.getByRole("link", { name: "Content", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Content" })).toBeVisible();
  await expect(used(page)).toContainText("0 of 100");
  await expectAccessible();
  await expectNoOverflow(page);
  await page.getByRole("button", { name: "Write captions" }).click();
  await expect(page.getByText("Say what the post is about, here or with keywords.")).toBeVisible();

  await page.getByLabel("Platform").selectOption("X");
  await page.getByLabel("Tone").selectOption("Warm");
  await page.getByLabel("Keywords").fill("sea, sunset");
  await ask(page, "Sunset at the beach.");
  const heading = page.getByRole("heading", { level: 2, name: "Captions for X" });
  await expect(heading).toBeFocused();
  await expect(page).toHaveURL(/\/content\?captions=/);
  await waitForHydration(page);
  await expect(page.getByRole("heading", { level: 3 })).toHaveText(["Variant 1", "Variant 2", "Variant 3"]);
  await expect(page.getByText("Sandbox", { exact: true })).toBeVisible();
  await expect(page.getByText(/^.*Content agent, gemini-3.8-flash, \d+ tokens, \$0\.\d{4}$/)).toBeVisible();
  await expect(used(page)).toContainText("1 of 100");
  await expectAccessible();
  await expectNoOverflow(page);

  const text = page.getByLabel("Text of variant 1");
  await text.fill("The sea. #sea");
  await expect(page.getByText("13 of 280 characters, 1 of 140 hashtags")).toBeVisible();
  // X counts an address as 23 and a family as 2; "Node.js" is no address.
  await text.fill("New on example.photo: Node.js 👩‍👩‍👧");
  await expect(page.getByText("42 of 280 characters, 0 of 140 hashtags")).toBeVisible();
  await text.fill("The sea. #sea");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy variant 1" }).click();
  await expect(page.getByText("Copied: variant 1")).toBeVisible();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("The sea. #sea");
  await text.fill("a".repeat(290));
  await expect(page.getByText("Too long by 10 characters.")).toBeVisible();
  await expect(text).toHaveAttribute("aria-invalid", "true");

  // Edits belong to the previous captions and must not carry over to new ones.
  await page.getByLabel("Platform").selectOption("Instagram");
  await page.getByRole("button", { name: "Write captions" }).click();
  await expect(page.getByRole("heading", { level: 2, name: "Captions for Instagram" })).toBeFocused();
  await expect(text).toHaveValue(/^Sandbox: caption 1/);
  await expect(used(page)).toContainText("2 of 100");
  await page.goBack();
  await expect(heading).toBeVisible();

  await page.reload();
  await expect(heading).toBeVisible();
  await expect(page.getByLabel("What the post is about")).toHaveValue("Sunset at the beach.");
});

test("repeated caption request is a cache hit and can be regenerated @phone", async ({ page, email, mail, expectAccessible }) => {
  await openIntegrations(page, email, mail);
  await page.goto("/content");
  await waitForHydration(page);
  await ask(page, "Sunset at the beach.");
  const known = page.getByText("known already: it cost nothing, and used no request");
  await expect(page.getByRole("heading", { level: 2, name: "Captions for Instagram" })).toBeFocused();
  await expect(used(page)).toContainText("1 of 100");
  await expect(known).toBeHidden();
  await page.getByRole("button", { name: "Write captions" }).click();
  await expect(known).toBeVisible();
  await expect(used(page)).toContainText("1 of 100");
  await expectAccessible();
  await expectNoOverflow(page);
  await page.getByRole("button", { name: "Write anew" }).click();
  await expect(used(page)).toContainText("2 of 100");
  await expect(known).toBeHidden();
});

test("user saves a variant as a draft, edits it, and deletes it @phone", async ({ page, email, mail, expectAccessible }) => {
  await openIntegrations(page, email, mail);
  await page.goto("/content");
  await waitForHydration(page);
  await expect(page.getByText("None yet. Keep a variant that you like")).toBeVisible();
  await ask(page, "Sunset at the beach.");
  await expect(page.getByRole("heading", { level: 2, name: "Captions for Instagram" })).toBeFocused();
  await waitForHydration(page);
  const first = page.getByLabel("Text of variant 1");
  await first.fill("Salt and sun. #sea");
  const drafts = page.getByRole("list", { name: "Drafts" }).getByRole("listitem");
  await page.getByRole("button", { name: "Keep as draft : variant 1" }).click();
  await expect(page.getByText("It is kept with your drafts.")).toBeVisible();
  await expect(drafts).toHaveCount(1);
  await expect(first, "the edited text is kept").toHaveValue("Salt and sun. #sea");
  await page.getByRole("button", { name: "Keep as draft : variant 2" }).click();
  await expect(drafts).toHaveCount(2);
  await first.fill("Salt, sun. #sea");
  await page.getByRole("button", { name: "Keep as draft : variant 1" }).click();
  await expect(drafts.filter({ hasText: "Salt, sun. #sea" })).toBeVisible();
  await expect(drafts).toHaveCount(2);
  await first.fill(" ");
  await expect(page.getByRole("button", { name: "Keep as draft : variant 1" })).toBeDisabled();
  await expectAccessible();
  await expectNoOverflow(page);

  await page.reload();
  await waitForHydration(page);
  const draft = drafts.filter({ hasText: "Salt, sun. #sea" });
  await draft.getByText("Change").click();
  await draft.getByLabel("Text of the draft").fill("Only sun.");
  await draft.getByRole("button", { name: "Save draft" }).click();
  await expect(page.getByText("The draft is saved.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 2, name: "Drafts" })).toBeFocused();
  await expect(drafts.filter({ hasText: "Only sun." })).toBeVisible();
  await page.getByRole("button", { name: /^Delete draft for .*: Only sun\.$/ }).click();
  await expect(drafts).toHaveCount(1);
  await expectAccessible();
});

test("blocked prompt shows an error, is not counted, and stays in the form", async ({ page, email, mail, allowStatus, expectAccessible }) => {
  await openIntegrations(page, email, mail);
  await page.goto("/content");
  await waitForHydration(page);
  allowStatus(422);
  await ask(page, "[sandbox:blocked] Sunset.");
  await expect(page.getByText("The AI does not write about this.")).toBeVisible();
  await expect(page.getByLabel("What the post is about")).toHaveValue("[sandbox:blocked] Sunset.");
  await expectAccessible();
  await page.reload();
  await expect(used(page)).toContainText("0 of 100");
});

test("admin sees the job queues", async ({ page, email, mail, grantAdmin, expectAccessible }) => {
  await openIntegrations(page, email, mail);
  grantAdmin(email);
  await page.goto("/admin/connections");
  await waitForHydration(page);
  await page.getByRole("link", { name: "Jobs" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Jobs" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Queues" }).getByRole("rowheader", { name: "Send a mail" })).toBeVisible();
  await expectAccessible();
  await expectNoOverflow(page);
});

/** What would leave an attribute, a text area, a title, a script or a comment if it were not escaped. */
const MARKUP = `"></textarea></title></script>--><img src=x data-injected> &lt;3`;

test("text with markup is shown as text on every page", async ({ page, email, mail }) => {
  await openIntegrations(page, email, mail);
  const csrf = (await page.context().cookies()).find(({ name }) => name.endsWith("huntaze_csrf"))?.value ?? "";
  const post = async (path: string, data: object) => {
    const response = await page.request.post(path, { data, headers: { "x-csrf-token": csrf, accept: "application/json" } });
    expect(response.status(), `${path}: ${await response.text()}`).toBe(200);
    return response.json();
  };
  await post("/api/account/profile", { name: MARKUP });
  await post("/api/ai/settings", { samples: [MARKUP], bannedWords: "", monthlyCap: "" });
  const captions = await post("/api/ai/generate-caption", { platform: "x", contentType: "photos", description: MARKUP });
  await post("/api/drafts/create", { captionsId: captions.id, variantIndex: 0, text: MARKUP });
  const chat = await post("/api/ai/chat", { message: MARKUP });
  await post("/api/ai/conversations/rename", { id: chat.conversationId, title: MARKUP });

  const paths = ["/home", "/analytics", "/integrations", "/integrations/onlyfans", "/sales", "/settings", `/assistant?conversation=${chat.conversationId}`];
  for (const path of [...paths, `/content?captions=${captions.id}`]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.locator("[data-injected]"), path).toHaveCount(0);
  }
  await expect(page.getByLabel("What the post is about")).toHaveValue(MARKUP);
  expect(await page.locator("textarea").evaluateAll((areas) => areas.map((area) => (area as HTMLTextAreaElement).value))).toContain(MARKUP);
});
