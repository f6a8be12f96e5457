// Players who have an account: begun in a step, known on boards, come back to on another device, and left.
import { expect, live, shown, test } from "./leaderport.js";

/** Opens an account by the page; its recovery code. */
async function begin(page, name) {
  await page.goto("/me");
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Play with an account" }).click();
  await expect(page.getByRole("status")).toHaveText("Your account is open.");
  return page.locator(".code code").textContent();
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("a guest begins in one step, and is known on boards", async ({ page, server }) => {
      const code = await begin(page, "Ada Lovelace");
      expect(code).toMatch(/^p-[0-9a-f]{24}(-[0-9A-Z]{5}){5}$/);
      await page.reload();
      await expect(page.getByRole("heading", { name: "Your recovery code" })).toHaveCount(0);
      await page.goto("/b/main");
      if (javaScriptEnabled) await live(page);
      await expect(page.locator(".as-who")).toHaveText("as Ada Lovelace");
      await expect(page.getByLabel("Name")).toHaveCount(0);
      await page.getByLabel("Score", { exact: true }).fill("1200");
      await page.getByRole("button", { name: "Send" }).click();
      await expect.poll(async () => (await server.rows()).length).toBe(1);
      await expect.poll(() => shown(page)).toEqual([["1", "Ada Lovelace", "1,200"]]);
      expect((await server.rows())[0][0]).toBe(code.slice(0, 26));
    });

    test("a player comes back on another device, and signs out everywhere", async ({ page, server, browser }) => {
      const code = await begin(page, "Ada");
      const other = await browser.newContext({ baseURL: server.url, javaScriptEnabled });
      const there = await other.newPage();
      await there.goto("/me");
      await there.getByLabel("Recovery code").fill("ada-AAAAA");
      await there.getByRole("button", { name: "Sign in" }).click();
      await expect(there.getByText("This is no recovery code")).toBeVisible();
      await there.getByLabel("Recovery code").fill(code);
      await there.getByRole("button", { name: "Sign in" }).click();
      await expect(there.getByRole("status")).toHaveText("Welcome back.");
      await expect(there.getByLabel("Name")).toHaveValue("Ada");
      await there.getByRole("button", { name: "Sign out everywhere" }).click();
      await expect(there.getByRole("status")).toHaveText("Signed out.");
      await other.close();
      await page.goto("/me");
      await expect(page.getByRole("button", { name: "Play with an account" })).toBeVisible();
    });

    test("a player deletes their account", async ({ page, server }) => {
      const code = await begin(page, "Ada");
      await server.submit(code.slice(0, 26), 5);
      await page.goto("/me");
      await page.getByLabel("Remove my scores and my account for good").check();
      await page.getByRole("button", { name: "Delete my account" }).click();
      await expect(page.getByRole("status")).toHaveText("Your account is gone, and your scores with it.");
      expect(await server.rows()).toEqual([]);
    });
  });
}

test("who is not the player is refused, and told why", async ({ page, server, browser, complaints }) => {
  const id = (await begin(page, "Ada")).slice(0, 26);
  const other = await browser.newContext({ baseURL: server.url });
  const there = await other.newPage();
  await there.goto("/b/main");
  await live(there);
  await there.getByLabel("Name").fill(id);
  await there.getByLabel("Score", { exact: true }).fill("9");
  await there.getByRole("button", { name: "Send" }).click();
  await expect(there.locator(".notices li")).toContainText("This player has an account");
  await other.close();
  expect(await server.rows()).toEqual([]);
  expect(complaints).toEqual([]);
});

test("a board for accounts asks to sign in first", async ({ page, server }) => {
  await server.create("arena", { submitters: "accounts" });
  await page.goto("/b/arena");
  await page.getByRole("link", { name: "begin, or come back" }).click();
  await expect(page.getByRole("button", { name: "Play with an account" })).toBeVisible();
  await begin(page, "Ada");
  await page.goto("/b/arena");
  await expect(page.locator(".as-who")).toHaveText("as Ada");
});
