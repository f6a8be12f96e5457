// The developer tools: in debug builds, and in no other.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, live, others, send, sites, test } from "./leaderport.js";

const panel = (page) => page.getByRole("complementary", { name: "Developer tools" });
const group = (page, name) => panel(page).getByRole("group", { name });

/** The board with the panel open. */
async function open(page) {
  await page.goto("/b/main");
  await live(page);
  await panel(page).getByRole("button", { name: "dev" }).click();
  await expect(group(page, "Page")).toBeVisible();
}

test.describe("in a debug build", () => {
  test.use({ build: "debug" });

  test("the panel opens and closes, by its button and by its key", async ({ page }) => {
    await open(page);
    const names = ["Switches", "Page", "Socket", "Queries", "Live views", "Pending scores"];
    for (const name of names) await expect(group(page, name)).toBeVisible();
    await page.keyboard.press("Alt+D");
    await expect(group(page, "Page")).toHaveCount(0);
    await page.keyboard.press("Alt+D");
    await expect(group(page, "Page")).toBeVisible();
  });

  test("it tells what the page watches, holds and is sent", async ({ page, server }) => {
    await server.send("main", Array.from({ length: 30 }, (_, n) => ({ playerId: `player ${n}`, score: n + 1 })));
    await open(page);
    const fact = (name) => panel(page).locator(`[data-fact="${name}"]`);
    await expect(fact("path")).toHaveText("/b/main");
    await expect(fact("version")).toHaveText("main 30");
    await expect(fact("elements")).toContainText(`${await page.locator("tr.row[data-player]").count()} rows`);
    await expect(fact("frames")).toContainText("fps");
    await expect(fact("memory")).toContainText("wasm");
    await expect(group(page, "Socket").locator('[data-fact="state"]')).toHaveText("live · online");
    await expect(group(page, "Live views")).toContainText("pages 1/1: 1@30");
    await server.submit("player 0", 100);
    await expect(fact("version")).toHaveText("main 31");
    await expect(group(page, "Live views")).toContainText("1@31");
    await expect(group(page, "Queries").getByRole("listitem").filter({ hasText: "main own/" })).toHaveCount(0);
    await send(page, "ada", "50");
    await expect(group(page, "Queries").getByRole("listitem").filter({ hasText: "main own/ada" })).toBeVisible();
  });

  test("without a network, for as long as it is switched off, scores wait", async ({ page, server, complaints }) => {
    await open(page);
    await panel(page).getByLabel("Mock offline").check();
    await expect(page.locator(".banner")).toContainText("You are offline");
    await send(page, "ada", "50");
    await expect(group(page, "Pending scores").getByRole("listitem")).toHaveText("main · ada · 50 · waits");
    expect(await server.rows()).toEqual([]);
    await panel(page).getByLabel("Mock offline").uncheck();
    await live(page);
    await expect(group(page, "Pending scores").getByRole("listitem")).toHaveCount(0);
    await expect.poll(() => server.rows()).toEqual([["ada", 50]]);
    expect(others(complaints)).toEqual([]);
    complaints.length = 0;
  });

  test("frames can be held back", async ({ page, server }) => {
    await open(page);
    await panel(page).getByLabel("Throttle").selectOption("1000 ms");
    const sent = Date.now();
    await server.submit("ada", 50);
    await page.locator('tr[data-player="ada"]').waitFor();
    expect(Date.now() - sent).toBeGreaterThanOrEqual(1_000);
  });
});

test("a release build has nothing of it", async ({ page }) => {
  await page.goto("/b/main");
  await live(page);
  await page.keyboard.press("Alt+D");
  await expect(panel(page)).toHaveCount(0);
  const module = (build) => {
    const folder = join(sites, build, "pkg");
    const names = readdirSync(folder).filter((name) => name.endsWith(".wasm"));
    return names.map((name) => readFileSync(join(folder, name)).toString("latin1")).join();
  };
  const words = ["Developer tools", "Mock offline", "Pending scores", "devtools"];
  expect(words.filter((word) => module("release").includes(word))).toEqual([]);
  // They would be found.
  expect(words.slice(0, 3).filter((word) => !module("debug").includes(word))).toEqual([]);
});
