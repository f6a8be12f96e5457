// The dashboard: set up, boards, scores, decisions, and who may do what; every page of it seen and checked.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { violations } from "./axe.js";
import { expect, live, send, shown, test } from "./leaderport.js";

const password = "violet harbour tin sonata";
const templates = ["arcade", "speedrun", "contest", "classroom", "season"];
const pages = [
  "/admin", "/admin/boards", "/admin/boards/new", "/admin/boards/main", "/admin/boards/main/entries", "/admin/boards/main/entries/eve",
  "/admin/boards/held/review", "/admin/boards/main/log", "/admin/boards/main/webhooks", "/admin/boards/main/rules", "/admin/boards/main/data",
  "/admin/players", "/admin/players?q=eve", "/admin/players/eve", "/admin/review", "/admin/webhooks", "/admin/jobs", "/admin/live", "/admin/keys",
  "/admin/boards/main/moderation", "/admin/operators", "/admin/operators/owner", "/admin/audit", "/admin/console", "/admin/settings", "/admin/nothing",
];

/** A page of the dashboard whose live parts are asked for by now. */
async function ready(page) {
  await page.waitForResponse((response) => response.url().includes("/fn/read_fragment"));
}

/** Presses a button of the page, and in the dialog that opens the one that does it. */
async function act(page, name, reason) {
  await page.getByRole("button", { name, exact: true }).first().click();
  const dialog = page.getByRole("dialog", { name });
  await expect(dialog).toBeVisible();
  if (reason) await dialog.getByLabel("Why").fill(reason);
  await dialog.getByRole("button", { name, exact: true }).click();
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("the first operator sets the server up and makes a board from each template", async ({ page, server, complaints }) => {
      await page.goto("/admin");
      await page.getByRole("link", { name: "Make the first operator" }).click();
      await page.getByLabel("Token from the log").fill("not the token");
      await page.getByLabel("Name").fill("ada");
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Make me the owner" }).click();
      await expect(page.getByRole("alert")).toContainText("This is not the token of this server");
      await expect(page.getByLabel("Name")).toHaveValue("ada");
      await page.getByLabel("Token from the log").fill(server.token);
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Make me the owner" }).click();
      await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
      for (const template of templates) {
        await page.goto("/admin/boards/new");
        await page.getByRole("link", { name: template }).click();
        await expect(page.getByLabel("Id", { exact: true })).toHaveValue(template);
        await page.getByRole("button", { name: "Create the board" }).click();
        await expect(page.getByRole("status")).toHaveText("Created.");
      }
      await page.goto("/admin/boards");
      await expect(page.locator("tbody tr")).toHaveCount(6);
      await page.getByRole("button", { name: "Sign out" }).click();
      await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
      await page.getByLabel("Name").fill("ada");
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
      // What was refused, as the browser reports it.
      complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes("401")));
    });
  });
}

test("a key that was made on the page submits, and the dashboard shows it within a second", async ({ page, context, server }) => {
  await server.operator(context, "manager");
  await page.goto("/admin/keys");
  await page.getByLabel("What it is for").fill("Game server");
  await page.getByRole("button", { name: "Make the key" }).click();
  const key = await page.locator(".code code").first().textContent();
  await page.goto("/admin/boards/main/entries");
  await expect(page.getByText("Nobody has a score here yet.")).toBeVisible();
  const submit = (playerId, score) => fetch(`${server.url}/api/score`, { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: JSON.stringify({ playerId, score }) });
  expect((await submit("ada", 1200)).status).toBe(200);
  await page.reload();
  await ready(page);
  const sent = Date.now();
  expect((await submit("bob", 3400)).status).toBe(200);
  await expect(page.locator("#entries tbody tr")).toHaveCount(2);
  // A second until it is asked for, and what the answer takes on a machine that does more than this.
  expect(Date.now() - sent).toBeLessThan(10_000);
  await page.goto("/admin/keys");
  await expect(page.getByText("Game server", { exact: true })).toBeVisible();
  await expect(page.locator(".code")).toHaveCount(0);
});

test("a held score is approved, an entry is removed and put back", async ({ page, context, server }) => {
  await server.operator(context, "moderator");
  await server.create("held", { title: "Held", review: { everything: true } });
  const held = await fetch(`${server.url}/api/boards/held/scores`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ playerId: "eve", score: 900 }) });
  expect(held.status).toBe(202);
  await page.goto("/admin/review");
  await page.getByRole("link", { name: "Held" }).click();
  await page.getByLabel("Select eve's 900").check();
  await page.getByRole("button", { name: "Decide" }).click();
  await expect(page.getByText("1 of 1 decided.")).toBeVisible();
  await page.goto("/b/held");
  await expect.poll(() => shown(page)).toEqual([["1", "eve", "900"]]);

  await server.send("main", [["ada", 30], ["bob", 20], ["eve", 10]].map(([playerId, score]) => ({ playerId, score })));
  await page.goto("/admin/boards/main/entries");
  await page.getByLabel("Select bob").check();
  await page.getByRole("button", { name: "Remove the selected…" }).click();
  await expect(page.getByRole("heading", { name: "Remove 1 player's entries of all windows?" })).toBeVisible();
  await page.getByLabel("Why").fill("a test");
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(page.getByRole("status")).toContainText("Removed.");
  expect(await server.rows()).toEqual([["ada", 30], ["eve", 10]]);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("status")).toHaveText("Taken back.");
  expect(await server.rows()).toEqual([["ada", 30], ["bob", 20], ["eve", 10]]);
});

test("shadow bans and freezing, seen from both sides", async ({ page, context, server, browser }) => {
  await server.operator(context, "manager");
  await server.send("main", [["ada", 30], ["bob", 20]].map(([playerId, score]) => ({ playerId, score })));
  const others = await browser.newContext({ baseURL: server.url });
  const seen = await others.newPage();
  await seen.goto("/b/main");
  await live(seen);
  await page.goto("/admin/boards/main/entries/ada");
  await page.getByLabel("State").selectOption("shadow");
  await page.getByLabel("Reason").fill("a test");
  await page.getByRole("button", { name: "Decide" }).click();
  await expect(page.getByRole("heading", { name: "ada" })).toContainText("shadow");
  await expect.poll(() => shown(seen)).toEqual([["1", "bob", "20"]]);
  // Who is banned sees themself still, where they would stand.
  const banned = await browser.newContext({ baseURL: server.url });
  await banned.addCookies([{ name: "player", value: "ada", url: server.url }]);
  const own = await banned.newPage();
  await own.goto("/b/main");
  await live(own);
  await expect(own.locator(".own-row")).toHaveText(/^1\s*ada\s*30$/);
  await expect(own.getByRole("region", { name: "Your standing" })).toContainText("#1");
  await send(own, "ada", "35");
  await expect(own.locator(".notices")).toContainText("rank 1");
  await server.submit("bob", 21);
  await expect.poll(() => shown(own)).toEqual([["1", "bob", "21"]]);
  await expect(own.locator(".own-row")).toHaveText(/^1\s*ada\s*35$/);
  await expect.poll(() => shown(seen)).toEqual([["1", "bob", "21"]]);
  await banned.close();

  await page.goto("/admin/boards/main");
  await act(page, "Freeze", "the last hour");
  await expect(page.getByRole("status")).toContainText("Frozen.");
  await server.submit("eve", 99);
  await page.goto("/admin/boards/main/entries");
  await expect(page.locator("#entries")).toContainText("eve");
  await seen.reload();
  await live(seen);
  expect(await shown(seen)).toEqual([["1", "bob", "21"]]);
  await page.goto("/admin/boards/main");
  await act(page, "Unfreeze");
  await expect.poll(() => shown(seen)).toEqual([["1", "eve", "99"], ["2", "bob", "21"]]);
  await page.goto("/admin/audit");
  await expect(page.locator("#acts")).toContainText("the last hour");
  await others.close();
});

test("each role sees what it may", async ({ browser, server }) => {
  for (const [role, hidden] of [["viewer", ["Keys", "Audit", "Webhooks"]], ["manager", []]]) {
    const context = await browser.newContext({ baseURL: server.url });
    await server.operator(context, role);
    const page = await context.newPage();
    await page.goto("/admin");
    const nav = page.getByRole("navigation", { name: "Dashboard" });
    for (const name of ["Overview", "Boards", "Players"]) await expect(nav.getByRole("link", { name })).toBeVisible();
    for (const name of ["Keys", "Audit", "Webhooks"]) await expect(nav.getByRole("link", { name })).toHaveCount(hidden.includes(name) ? 0 : 1);
    await page.goto("/admin/boards/main");
    await expect(page.getByRole("button", { name: "Delete" })).toHaveCount(role === "viewer" ? 0 : 1);
    await context.close();
  }
});

test("a hundred thousand rows are imported, and one sees how far it is", async ({ page, context, server }) => {
  test.setTimeout(180_000);
  await server.operator(context, "manager");
  const file = join(mkdtempSync(join(tmpdir(), "leaderport-import-")), "scores.csv");
  writeFileSync(file, "playerId,score\n" + Array.from({ length: 100_000 }, (_, n) => `player-${n},${n}`).join("\n") + "\n");
  await page.goto("/admin/boards/main/data");
  // Before the page is live nobody says anything.
  await expect(async () => {
    await page.getByRole("button", { name: "Import" }).click();
    await expect(page.locator("[data-said]")).toHaveText("Choose a file first.", { timeout: 1_000 });
  }).toPass();
  await page.getByLabel("File").setInputFiles(file);
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.locator("progress")).toBeVisible();
  await expect(page.locator("[data-said]")).toHaveText("Lines: 100000; counted: 100000, known already: 0, refused: 0.", { timeout: 120_000 });
  expect((await server.api("GET", "/boards/main/entries?limit=1")).total).toBe(100_000);
});

test("the palette goes where one types, links do not load the page anew, tables keep their order in the address", async ({ page, context, server }) => {
  await server.operator(context, "owner");
  for (const id of ["alpha", "beta", "gamma"]) await server.create(id, { title: id });
  await page.goto("/admin/boards");
  await ready(page);
  await page.evaluate(() => (window.kept = true));
  await page.keyboard.press("Control+k");
  await page.keyboard.type("aud");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Audit" })).toBeVisible();
  expect(new URL(page.url()).pathname).toBe("/admin/audit");
  await page.getByRole("navigation", { name: "Dashboard" }).getByRole("link", { name: "Boards" }).click();
  await expect(page.getByRole("heading", { name: "Boards" })).toBeVisible();
  expect(await page.evaluate(() => window.kept)).toBe(true);
  // The head of the column says by an arrow which way it is sorted.
  const head = page.getByRole("columnheader", { name: /^Board/ });
  await head.getByRole("link").click();
  await expect(page).toHaveURL(/sort=Board/);
  // The address is ahead of the table: the link turns round once the table has come.
  await expect(head).toHaveAttribute("aria-sort", "ascending");
  await head.getByRole("link").click();
  await expect(page).toHaveURL(/sort=-Board/);
  await expect(page.locator("tbody tr td:first-child a")).toHaveText(["Main board", "gamma", "beta", "alpha"]);
});

test("the console sends a call and shows the same for a shell", async ({ page, context, server }) => {
  await server.operator(context, "owner");
  await page.goto("/admin/console");
  await page.getByLabel("Method and path").fill("POST /api/score");
  await page.getByLabel("Body, in JSON").fill('{"playerId":"ada","score":7}');
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("heading", { name: "The answer: 200 OK" })).toBeVisible();
  await expect(page.locator("pre.curl")).toContainText("curl -X POST 'http");
  expect(await server.rows()).toEqual([["ada", 7]]);
});

const views = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
// In English each way that it can look; in the others that it fits, from either side.
const looks = Object.keys(views).flatMap((view) => ["light", "dark"].map((colorScheme) => [view, colorScheme, "en"]));
looks.push(["phone", "light", "de"], ["desktop", "light", "ar"], ["phone", "dark", "ar"], ["desktop", "dark", "ja"]);
for (const [view, colorScheme, language] of looks) {
  test(`every page of the dashboard, ${view}, ${colorScheme}, ${language}: axe finds nothing, nothing is wider than the screen`, async ({ page, context, server, complaints }) => {
    test.setTimeout(300_000);
    await server.operator(context, "owner");
    await context.addCookies([{ name: "language", value: language, url: server.url }]);
    await server.send("main", Array.from({ length: 60 }, (_, n) => ({ playerId: n === 3 ? "eve" : `player ${n}`, score: 5_000 - n })));
    await server.create("held", { title: "Held", review: { everything: true }, windows: ["daily"] });
    await fetch(`${server.url}/api/boards/held/scores`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ playerId: "eve", score: 900 }) });
    await server.api("POST", "/keys", { label: "Game server", scopes: ["submit"] }, 201);
    await page.setViewportSize(views[view]);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const path of pages) {
      await page.goto(path);
      await expect(page.locator("h1")).toBeVisible();
      await expect(page.locator("html")).toHaveAttribute("lang", language);
      if (language === "en") expect.soft(await violations(page), path).toEqual([]);
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), path).toBeLessThanOrEqual(0);
      const name = path.replace(/^\/admin\/?/, "").replaceAll(/[/?=]/g, "-") || "overview";
      await page.screenshot({ path: `screenshots/${view}-${colorScheme}-${language}-admin-${name}.png`, fullPage: true });
    }
    complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes("404")));
  });
}
