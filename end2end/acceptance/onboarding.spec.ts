import { waitForHydration, expect, register, signIn, test } from "../fixtures/test";

test("user completes the three onboarding steps on two devices @phone", async ({ page, browser, email, mail, expectAccessible }) => {
  await register(page, email, mail);
  await signIn(page, email);
  await waitForHydration(page);
  await expect(page.getByRole("heading", { level: 1, name: "What do you create?" })).toBeVisible();
  await expect(page.getByLabel("Step 1 of 3")).toHaveAttribute("value", "1");
  await expectAccessible();
  await page.getByLabel("Photos").check();
  await expect(page.getByText("Saved.")).toBeVisible();
  await page.getByLabel("Videos").check();
  await page.getByRole("button", { name: "Continue" }).click();

  await expect(page.getByRole("heading", { level: 1, name: "Where do you publish?" })).toBeVisible();
  await expect(page.getByText("We never ask for a platform’s password.")).toBeVisible();
  await expectAccessible();
  await page.getByLabel("Instagram").check();
  await page.getByRole("button", { name: "Back" }).click();
  await expect(page.getByLabel("Photos")).toBeChecked();
  await expect(page.getByLabel("Videos")).toBeChecked();
  await page.goBack();
  await expect(page.getByLabel("Instagram")).toBeChecked();
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "What matters most?" })).toBeVisible();

  const laptop = await (await browser.newContext()).newPage();
  await signIn(laptop, email);
  await waitForHydration(laptop);
  await expect(laptop.getByRole("heading", { level: 1, name: "What matters most?" })).toBeVisible();
  await laptop.getByLabel("Save time").check();
  await laptop.getByLabel("Monthly revenue goal (optional)").fill("lots");
  await laptop.getByRole("button", { name: "Finish" }).click();
  await expect(laptop.getByLabel("Monthly revenue goal (optional)")).toHaveAccessibleDescription(/Enter an amount between/);
  await laptop.getByLabel("Monthly revenue goal (optional)").fill("1,500.50");
  await laptop.getByLabel("Currency").selectOption("EUR");
  await laptop.getByRole("button", { name: "Finish" }).click();
  await expect(laptop.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
  await expect(laptop.getByText("1500.50 EUR a month")).toBeVisible();
  await expect(laptop.getByText("Tell us what you create (done)")).toBeVisible();
  await laptop.context().close();

  await page.goto("/home");
  await waitForHydration(page);
  await expect(page.getByText("Photos, Videos")).toBeVisible();
  await expectAccessible();
});

test("pressing Enter submits the step instead of going back", async ({ page, email, mail, expectAccessible }) => {
  await register(page, email, mail);
  await signIn(page, email);
  await page.goto("/onboarding/step-3");
  await waitForHydration(page);
  await expectAccessible();
  await page.getByLabel("Monthly revenue goal (optional)").fill("250");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
  await expect(page.getByText("250 USD a month")).toBeVisible();
});

test("each step is a page of its own, which begins at its top", async ({ page, email, mail }) => {
  await register(page, email, mail);
  await signIn(page, email);
  await waitForHydration(page);
  await page.getByRole("button", { name: "Skip" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Where do you publish?" })).toBeVisible();
  await expect(page).toHaveTitle("Where do you publish? · Huntaze");
  await waitForHydration(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to main content" })).toBeFocused();
});

test("selected option is saved without submitting the step", async ({ page, email, mail }) => {
  await register(page, email, mail);
  await signIn(page, email);
  await waitForHydration(page);
  await page.getByLabel("Stories").check();
  await expect(page.getByText("Saved.")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Stories")).toBeChecked();
});

test("user skips all steps, and home marks onboarding as done", async ({ page, email, mail }) => {
  await register(page, email, mail);
  await signIn(page, email);
  await page.goto("/home");
  await waitForHydration(page);
  await expect(page.getByRole("heading", { name: "Get started" })).toBeVisible();
  await page.getByRole("link", { name: "Tell us what you create" }).click();
  for (const heading of ["What do you create?", "Where do you publish?", "What matters most?"]) {
    await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
    await page.getByRole("button", { name: "Skip" }).click();
  }
  await expect(page.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
  await expect(page.getByText("Tell us what you create (done)")).toBeVisible();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("user completes onboarding with plain forms", async ({ page, browser, email, mail }) => {
    const helper = await (await browser.newContext({ javaScriptEnabled: true, extraHTTPHeaders: { "x-forwarded-for": "10.200.1.1" } })).newPage();
    await register(helper, email, mail);
    await helper.context().close();
    await signIn(page, email);
    await page.getByLabel("Photos").check();
    await page.getByLabel("Text").check();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Back" }).click();
    await expect(page.getByLabel("Text")).toBeChecked();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Skip" }).click();
    await page.getByLabel("Save time").check();
    await page.getByLabel("Monthly revenue goal (optional)").fill("lots");
    await page.getByRole("button", { name: "Finish" }).click();
    await expect(page.getByText("Enter an amount between")).toBeVisible();
    await expect(page.getByLabel("Save time")).toBeChecked();
    await page.getByLabel("Monthly revenue goal (optional)").fill("100");
    await page.getByRole("button", { name: "Finish" }).click();
    await expect(page.getByText("100 USD a month")).toBeVisible();
  });
});
