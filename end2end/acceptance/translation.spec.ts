import type { Page } from "@playwright/test";
import { connectInstagram, expect, openIntegrations, test, waitForHydration } from "../fixtures/test";

/** Replaces the text of a page as a browser's translation does: every text node becomes an element, unless the page says that it stays. */
async function translate(page: Page) {
  await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) {
      const text = walker.currentNode as Text;
      if (text.data.trim() && !text.parentElement?.closest("[translate=no], script, style, textarea, select")) texts.push(text);
    }
    for (const text of texts) {
      const outer = document.createElement("font");
      outer.append(Object.assign(document.createElement("font"), { textContent: `«${text.data}»` }));
      text.replaceWith(outer);
    }
  });
}

test("page that the browser has translated keeps working", async ({ page, email, handle, mail }) => {
  await openIntegrations(page, email, mail);
  await connectInstagram(page, handle);
  await waitForHydration(page);
  await translate(page);
  await page.locator('button[id^="refresh-"]').click();
  // The card is drawn again, or the platform asks to wait; either way the button gets its label back.
  await expect(page.locator('button[id^="refresh-"]')).not.toHaveAttribute("data-loading", "true");
  await expect(page.locator('button[id^="refresh-"]')).toContainText("Refresh now");

  await page.goto("/integrations/onlyfans");
  await waitForHydration(page);
  await translate(page);
  await page.getByRole("button", { name: "«Save day»" }).click();
  await expect(page.getByText("Choose a day.")).toBeVisible();
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  await page.locator("input[name=day]").fill(yesterday);
  await expect(page.getByText("Choose a day.")).toBeHidden();
  await page.locator("input[name=amount]").fill("12.00");
  await page.getByRole("button", { name: "«Save day»" }).click();
  await expect(page.getByText("12.00 USD", { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "«Save day»" })).toBeVisible();

  await page.goto("/assistant");
  await waitForHydration(page);
  await page.getByLabel("Your question").fill("How is my audience?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByRole("button", { name: "Copy the answer" })).toBeVisible();
  await page.reload();
  await waitForHydration(page);
  await translate(page);
  await page.locator("[data-action=edit]").click();
  await expect(page.locator("textarea").first()).toHaveValue("How is my audience?");
});
