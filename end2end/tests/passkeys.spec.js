// Passkeys, on a device that Chromium makes up: players come back by them, operators sign in by them as well.
import { expect, others, test } from "./leaderport.js";
import { violations } from "./axe.js";

const PASSWORD = "violet harbour tin sonata";

/** A device of this page's browser, which says yes to everything; what is on it. */
async function device(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  return {
    kept: async () => (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
    refuse: () => devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false }),
    clear: () => devtools.send("WebAuthn.clearCredentials", { authenticatorId }),
  };
}

test("a player adds a passkey, and comes back by it without any code", async ({ page, server, complaints }) => {
  const phone = await device(page);
  await page.goto(`${server.named}/me`);
  await page.getByLabel("Name").fill("Ada");
  await page.getByRole("button", { name: "Play with an account" }).click();
  await expect(page.getByRole("status")).toHaveText("Your account is open.");
  await page.getByLabel("What to call it").fill("My phone");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await expect(page.getByRole("status")).toHaveText("Your passkey is kept.");
  await expect(page.locator(".passkeys li")).toContainText("My phone");
  expect(await phone.kept()).toHaveLength(1);
  expect(await violations(page)).toEqual([]);
  // The same device has one already.
  await page.getByLabel("What to call it").fill("Again");
  await page.getByLabel("What to call it").press("Enter");
  await expect(page.getByText("This device has a passkey for you already.")).toBeVisible();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByRole("status")).toHaveText("Signed out.");
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page.getByRole("status")).toHaveText("Welcome back.");
  await expect(page.getByLabel("Name")).toHaveValue("Ada");
  await page.getByRole("button", { name: "Remove My phone" }).click();
  await expect(page.getByRole("status")).toHaveText("The passkey is removed.");
  await expect(page.locator(".passkeys")).toHaveCount(0);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page.getByText("This passkey is not known here. Sign in in another way.")).toBeVisible();
  // The browser itself says that an answer was 401.
  expect(complaints.splice(0)).toEqual([expect.stringContaining("401")]);
});

test("who has no passkey, or opens the site by its address, is told so", async ({ page, server, complaints }) => {
  const phone = await device(page);
  await page.goto("/me");
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page.getByText("Passkeys are for sites that have a name")).toBeVisible();
  expect(complaints.splice(0)).toEqual([expect.stringContaining("422")]);
  await phone.clear();
  await page.goto(`${server.named}/me`);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page.getByText("Nothing was chosen, or it took too long. Try again.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Use a passkey" })).toBeEnabled();
});

test("an operator adds a passkey on the dashboard, and signs in by it", async ({ page, server, complaints }) => {
  server.flags = ["--require-second-factor"];
  await server.stop();
  await server.start();
  await server.api("POST", "/operators", { name: "ada", role: "owner", password: PASSWORD }, 201);
  const key = await device(page);
  await page.goto(`${server.named}/admin`);
  await page.getByLabel("Name").fill("ada");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  // Nothing else is to be had before.
  await expect(page.getByText("asks its operators for more than a password")).toBeVisible();
  await page.goto(`${server.named}/admin/boards`);
  await expect(page.getByText("asks its operators for more than a password")).toBeVisible();
  const panel = page.locator("section", { has: page.getByRole("heading", { name: "Passkeys" }) });
  await panel.getByLabel("What to call it").fill("Blue key");
  await panel.getByLabel("Your password").fill(PASSWORD);
  await panel.getByRole("button", { name: "Add a passkey" }).click();
  await expect(panel.locator("tbody tr")).toContainText("Blue key");
  expect(await key.kept()).toHaveLength(1);
  expect(await violations(page)).toEqual([]);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByLabel("Name").fill("ada");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  // The browser itself says that an answer was 401.
  expect(others(complaints)).toEqual([]);
  complaints.length = 0;
});
