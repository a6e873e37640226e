// Pictures of every page, for people to look at: `make screenshots` puts them into target/screenshots.
import { alive, connect, connectInstagram, linkIn, PASSWORD, refreshUntil, register, signIn, test } from "../fixtures/test";
import type { Page } from "@playwright/test";

const folder = "../target/screenshots";

async function shoot(page: Page, name: string) {
  const width = page.viewportSize()!.width;
  await alive(page);
  await page.screenshot({ path: `${folder}/${name}-${width}.png`, fullPage: true });
}

test("every page @phone", async ({ page, email, mail, handle, allowStatus, fail, grantAdmin }) => {
  test.setTimeout(180_000);
  allowStatus(400, 401, 404, 409);
  for (const path of ["beta", "login", "register", "verify-email", "forgot-password", "no-such-page"]) {
    await page.goto(`/${path}`);
    await shoot(page, path);
  }
  await page.goto("/register");
  await alive(page);
  await page.getByLabel("E-mail").fill("ada@exam");
  await page.getByLabel("Password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Create account" }).click();
  await shoot(page, "register-invalid");
  await register(page, email, mail);
  await page.goto("/forgot-password");
  await alive(page);
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await page.goto(linkIn(await mail(email, /Reset your Huntaze password/)));
  await shoot(page, "reset-password");

  await signIn(page, email, PASSWORD);
  await page.goto("/home");
  await shoot(page, "home-empty");
  for (const step of [1, 2, 3]) {
    await page.goto(`/onboarding/step-${step}`);
    await alive(page);
    await page.getByRole("checkbox").first().check();
    await page.getByText("Saved.").waitFor();
    await shoot(page, `onboarding-${step}`);
  }
  await page.getByRole("button", { name: "Finish" }).click();
  await page.getByRole("heading", { level: 1, name: "Home" }).waitFor();
  await page.goto("/integrations");
  await shoot(page, "integrations-empty");
  await connectInstagram(page, handle);
  await connectInstagram(page, `${handle}.too`);
  await shoot(page, "integrations-connected");
  await page.goto("/home");
  await shoot(page, "home-fetching");
  await page.goto("/home?range=90d");
  await page.getByText("vs previous 90 days").nth(1).waitFor({ timeout: 60_000 });
  await page.goto("/home");
  await shoot(page, "home");
  await page.goto("/integrations");
  await alive(page);
  await fail(handle, "profile", "revoked");
  await refreshUntil(page, "Needs attention");
  await page.goto("/integrations");
  await shoot(page, "integrations-broken");
  await page.goto("/home");
  await shoot(page, "home-broken");
  await page.goto("/integrations");
  await alive(page);
  await page.getByRole("link", { name: /^Disconnect/ }).first().click();
  await page.getByRole("dialog").waitFor();
  await shoot(page, "disconnect");
  await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
  await page.getByText("Its figures are kept.").waitFor();
  for (const platform of ["TikTok", "Reddit", "YouTube", "X"]) await connect(page, handle, platform);
  await page.goto("/integrations");
  await shoot(page, "integrations-all");
  await page.getByRole("link", { name: /^History/ }).first().click();
  await page.getByRole("dialog").getByRole("listitem").first().waitFor();
  await shoot(page, "history");
  await page.goto("/integrations/onlyfans");
  await shoot(page, "earnings-empty");
  await alive(page);
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  const rows = Array.from({ length: 70 }, (_, row) => `${day(row + 1)},${row % 9 ? "tip" : "refund"},fan${row},${10 + (row % 7)}.00,Thank you`);
  const table = ["date,type,username,net_amount,description", ...rows, "some day,tip,fan,4.00,"].join("\n");
  await page.getByLabel("Statement", { exact: true }).setInputFiles({ name: "statement.csv", mimeType: "text/csv", buffer: Buffer.from(table) });
  await page.getByRole("button", { name: "Upload statement" }).click();
  await page.getByRole("heading", { level: 1, name: "statement.csv" }).waitFor();
  await shoot(page, "statement");
  await page.getByRole("button", { name: /^Import/ }).click();
  await page.getByRole("heading", { name: /added$/ }).waitFor();
  await shoot(page, "statement-imported");
  await page.goto("/integrations/onlyfans");
  await alive(page);
  await page.getByLabel("Day (UTC)").fill(day(1));
  await page.getByLabel("What you got that day").fill("120.50");
  await page.getByRole("button", { name: "Save day" }).click();
  await page.getByRole("list", { name: "Days that you entered" }).waitFor();
  await shoot(page, "earnings");
  await page.goto("/home");
  await shoot(page, "home-revenue");
  await page.goto("/analytics");
  await shoot(page, "analytics");
  grantAdmin(email);
  await page.goto("/admin/connections");
  await shoot(page, "doctor");
  await page.goto("/admin/jobs");
  await shoot(page, "jobs");
  await page.goto("/content");
  await shoot(page, "content");
  await alive(page);
  await page.getByLabel("What the post is about").fill("Sunset at the beach.");
  await page.getByRole("button", { name: "Write captions" }).click();
  await page.getByRole("heading", { name: /^Captions for/ }).last().waitFor();
  await shoot(page, "content-captions");
  await page.goto("/settings");
  await shoot(page, "settings");
});
