import { waitForHydration, expect, linkIn, PASSWORD, register, test } from "../fixtures/test";

test.describe("with JavaScript @phone", () => {
  test("user registers, verifies the e-mail address, signs in and signs out", async ({ page, email, mail, allowStatus, expectAccessible }) => {
    await page.goto("/");
    await expect(page).toHaveTitle("Reach and money on one screen · Huntaze");
    await expectAccessible();
    await page.getByRole("main").getByRole("link", { name: "Create your account" }).click();

    await expect(page.getByRole("heading", { level: 1, name: "Create your account" })).toBeVisible();
    await expect(page.getByText("At least 8 characters.")).toBeVisible();
    await expectAccessible();
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await expect(page.getByText("Password strength: Strong")).toBeVisible();
    await page.getByRole("button", { name: "Create account" }).click();

    await expect(page.getByRole("heading", { name: "Check your e-mail" })).toBeVisible();
    await expect(page.getByRole("main").getByText(email)).toBeVisible();
    await expectAccessible();
    await page.reload();
    await expect(page.getByRole("main").getByText(email)).toBeVisible();

    await page.goto(linkIn(await mail(email, /Verify your e-mail/)));
    await waitForHydration(page);
    await expectAccessible();
    await page.getByRole("button", { name: "Verify e-mail" }).click();

    await expect(page.getByText("Your e-mail is verified. Sign in.")).toBeVisible();
    await expectAccessible();
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    allowStatus(401);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText("E-mail or password is not right.");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();

    await expect(page.getByRole("heading", { level: 1, name: "What do you create?" })).toBeVisible();
    await page.goto("/home");
    await waitForHydration(page);
    await expect(page.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
    await expectAccessible();

    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByText("You are signed out.")).toBeVisible();
    await page.goto("/home");
    await expect(page).toHaveURL(/\/login\?next=\/home$/);
  });

  test("invalid input shows an error at the field and sends no request", async ({ page }) => {
    await page.goto("/register");
    await waitForHydration(page);
    let sent = 0;
    page.on("request", (request) => (sent += Number(request.url().endsWith("/api/auth/register"))));
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByLabel("E-mail")).toBeFocused();
    await expect(page.getByLabel("E-mail")).toHaveAccessibleDescription("Enter your e-mail.");
    await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/Enter your password\./);
    await page.getByLabel("E-mail").fill("ada@exam");
    await page.getByLabel("Password", { exact: true }).focus();
    await expect(page.getByLabel("E-mail")).toHaveAccessibleDescription("Enter an e-mail address like name@example.com.");
    await page.getByLabel("E-mail").fill("ada@example.com");
    await expect(page.getByLabel("E-mail")).not.toHaveAttribute("aria-invalid");
    expect(sent).toBe(0);
  });

  test("user shows and hides the password", async ({ page }) => {
    await page.goto("/login");
    await waitForHydration(page);
    const password = page.getByLabel("Password", { exact: true });
    await password.fill("secret words");
    await expect(password).toHaveAttribute("type", "password");
    await page.getByRole("button", { name: "Show password" }).click();
    await expect(password).toHaveAttribute("type", "text");
    await page.getByRole("button", { name: "Show password" }).click();
    await expect(password).toHaveAttribute("type", "password");
  });
});

test("double click sends one registration request", async ({ page, email }) => {
  await page.goto("/register");
  await waitForHydration(page);
  let sent = 0;
  page.on("request", (request) => (sent += Number(request.url().endsWith("/api/auth/register"))));
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).dblclick();
  await expect(page.getByRole("heading", { name: "Check your e-mail" })).toBeVisible();
  expect(sent).toBe(1);
});

test("form submitted before hydration is processed", async ({ page, email }) => {
  // The WebAssembly never loads, so the browser submits the form natively.
  await page.route(/\/pkg\/.*\.wasm$/, () => {});
  await page.goto("/register", { waitUntil: "commit" });
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Check your e-mail" })).toBeVisible();
  await expect(page.locator("html[data-hydrated]")).not.toBeAttached();
});

test("unverified user requests another verification mail when signing in", async ({ page, email, mail, allowStatus }) => {
  await page.goto("/register");
  await waitForHydration(page);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Check your e-mail" })).toBeVisible();
  await mail(email, /Verify your e-mail/);

  await page.goto("/login");
  await waitForHydration(page);
  allowStatus(403);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("Please verify your e-mail first.");
  await page.getByRole("button", { name: "Send the mail again" }).click();
  await expect(page.getByText("a new mail is on its way")).toBeVisible();
  await expect(page.getByRole("button", { name: /Send again in \d+ s/ })).toHaveAttribute("aria-disabled", "true");
});

test("user resets a forgotten password with the mailed link, which then expires", async ({ page, email, mail, request, allowStatus, expectAccessible }) => {
  await register(page, email, mail);
  await page.goto("/login");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await waitForHydration(page);
  await expect(page.getByRole("heading", { level: 1, name: "Reset your password" })).toBeVisible();
  await expectAccessible();
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByText("If an account exists, a mail is on its way.")).toBeVisible();

  const link = linkIn(await mail(email, /Reset your Huntaze password/));
  await page.goto(link);
  await waitForHydration(page);
  await expectAccessible();
  allowStatus(400, 401, 410);
  await page.getByLabel("New password").fill("password1");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByLabel("New password")).toHaveAccessibleDescription(/too easy to guess/);
  await page.getByLabel("New password").fill("violet-engine-sunday");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Your password was changed. Sign in with the new one.")).toBeVisible();
  await mail(email, /password was changed/);

  await page.goto(link);
  await expect(page.getByRole("alert")).toContainText("This link has expired");
  await expect(page.getByRole("button", { name: "Send a new link" })).toBeVisible();
  await expectAccessible();
});

test("signing out in one tab redirects the other to the sign-in page", async ({ page, context, email, mail }) => {
  await register(page, email, mail);
  await page.goto("/login");
  await waitForHydration(page);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "What do you create?" })).toBeVisible();
  await page.goto("/home");
  const other = await context.newPage();
  await other.goto("/home");
  await waitForHydration(other);
  await other.getByRole("button", { name: "Sign out" }).click();
  await expect(other.getByText("You are signed out.")).toBeVisible();
  await page.reload();
  await expect(page).toHaveURL(/\/login/);
});

test("sixth sign-in attempt within a minute is rate limited", async ({ page, allowStatus }) => {
  allowStatus(401, 429);
  await page.goto("/login");
  await waitForHydration(page);
  for (let attempt = 1; attempt <= 6; attempt++) {
    await page.getByLabel("E-mail").fill(`nobody${attempt}@example.com`);
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    const answered = page.waitForResponse(/\/api\/auth\/login$/);
    await page.getByRole("button", { name: "Sign in" }).click();
    expect((await answered).status()).toBe(attempt <= 5 ? 401 : 429);
    await expect(page.getByRole("button", { name: "Sign in", exact: true })).not.toHaveAttribute("aria-busy");
  }
  await expect(page.getByRole("alert")).toContainText(/Too many attempts\. Try again in \d+ s\./);
});

test("user signs in with the keyboard only", async ({ page, email, mail }) => {
  await register(page, email, mail);
  await page.goto("/login");
  await waitForHydration(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to main content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.getByLabel("E-mail").focus();
  await page.keyboard.type(email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "What do you create?" })).toBeVisible();
});

test("offline sign-in shows an error and keeps the input", async ({ page, context, allowStatus }) => {
  await page.goto("/login");
  await waitForHydration(page);
  await page.getByLabel("E-mail").fill("ada@example.com");
  await page.getByLabel("Password", { exact: true }).fill("some password");
  allowStatus(0);
  await context.setOffline(true);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("Huntaze cannot be reached.");
  await expect(page.getByLabel("E-mail")).toHaveValue("ada@example.com");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("user registers, verifies the e-mail address, signs in and signs out", async ({ page, email, mail }) => {
    await page.goto("/register");
    await page.getByLabel("E-mail").fill("half@an-address");
    await page.getByLabel("Password", { exact: true }).fill("short");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByText("Use at least 8 characters.")).toBeVisible();
    await expect(page.getByLabel("E-mail")).toHaveValue("half@an-address");
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByRole("heading", { name: "Check your e-mail" })).toBeVisible();

    await page.goto(linkIn(await mail(email, /Verify your e-mail/)));
    await page.getByRole("button", { name: "Verify e-mail" }).click();
    await expect(page.getByText("Your e-mail is verified. Sign in.")).toBeVisible();
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByLabel("Remember me for 30 days").check();
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "What do you create?" })).toBeVisible();
    const session = (await page.context().cookies()).find((cookie) => cookie.name === "huntaze_session");
    expect(session!.expires - Date.now() / 1000).toBeGreaterThan(29 * 24 * 3600);
    await page.goto("/settings");
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await expect(page.getByText("You are signed out.")).toBeVisible();
  });
});
