// Scores that are sent: shown at once, and in the end as the server says, whatever happens in between.
import { collectComplaints, expect, hold, live, others, prepared, send, shown, test } from "./leaderport.js";

const counted = (page) => page.locator('.notices [data-outcome="counted"]');
const waiting = (page) => page.locator(".waiting li");

async function open(page, board = "main") {
  await page.goto(`/b/${board}`);
  await live(page);
}

/** Fails unless the browser alone has complained. */
function expectOnlyTheBrowser(complaints) {
  expect(others(complaints)).toEqual([]);
  complaints.length = 0;
}

test("two that play for one player end with the better score, on both pages", async ({ page, browser, server }) => {
  const context = await browser.newContext({ baseURL: server.url });
  const other = await context.newPage();
  const complaints = collectComplaints(other);
  await server.submit("bob", 250);
  for (const player of [page, other]) {
    await open(player);
    await prepared(player);
  }
  for (let round = 1; round <= 5; round++) {
    await Promise.all([send(page, "ada", String(50 * round)), send(other, "ada", String(50 * round + 20))]);
  }
  for (const viewer of [page, other]) {
    await expect(viewer.locator('[data-player="ada"]')).not.toHaveClass(/pending/);
    await expect.poll(() => shown(viewer)).toEqual([
      ["1", "ada", "270"],
      ["2", "bob", "250"],
    ]);
  }
  expect(await server.entry("ada")).toMatchObject({ score: 270, attempts: 10 });
  expect(complaints).toEqual([]);
  await context.close();
});

test("answers that come in the opposite order change nothing", async ({ page, server }) => {
  await open(page);
  await prepared(page);
  // Those of one player go one after the other; those of several at once.
  const held = [];
  await page.route("**/fn/submit_score", (route) => held.push(route));
  for (const [player, score] of [["ada", "100"], ["bob", "300"], ["eve", "200"]]) await send(page, player, score);
  await expect.poll(() => held.length).toBe(3);
  await expect.poll(() => shown(page).then((rows) => rows.map(([, player]) => player))).toEqual(["bob", "eve", "ada"]);
  await expect(page.locator("tr.pending")).toHaveCount(3);
  for (const route of held.reverse()) {
    const left = await page.locator("tr.pending").count();
    await route.continue();
    await expect(page.locator("tr.pending")).toHaveCount(left - 1);
  }
  await expect.poll(() => shown(page)).toEqual([
    ["1", "bob", "300"],
    ["2", "eve", "200"],
    ["3", "ada", "100"],
  ]);
  expect(await server.rows()).toEqual([["bob", 300], ["eve", 200], ["ada", 100]]);
});

test("a refused score goes, and one beside it stays", async ({ page, server, complaints }) => {
  await server.submit("bob", 50);
  await server.edit({ maxScore: 100 });
  await open(page);
  const release = await hold(page);
  await send(page, "ada", "101");
  await send(page, "eve", "99");
  await expect(page.locator("tr.pending")).toHaveCount(2);
  release();
  await expect(page.locator('.notices [data-outcome="rolled-back"]')).toContainText("Taken back. This board takes no score above 100.");
  await expect(counted(page)).toContainText("eve · 99");
  await expect.poll(() => shown(page)).toEqual([
    ["1", "eve", "99"],
    ["2", "bob", "50"],
  ]);
  expect(complaints).toEqual([expect.stringContaining("422")]);
  complaints.length = 0;
});

test("a refused score gives the one before it back", async ({ page, server, complaints }) => {
  await server.submit("ada", 50);
  await server.submit("bob", 60);
  await server.edit({ maxScore: 100 });
  await open(page);
  const release = await hold(page);
  await send(page, "ada", "200");
  await expect.poll(() => shown(page).then((rows) => rows[0])).toEqual(["1", "ada", "200"]);
  release();
  await expect.poll(() => shown(page)).toEqual([
    ["1", "bob", "60"],
    ["2", "ada", "50"],
  ]);
  expectOnlyTheBrowser(complaints);
});

test("without a network a score waits, and is sent once when it is back", async ({ page, context, server, complaints }) => {
  await server.submit("bob", 50);
  await open(page);
  await prepared(page);
  await context.setOffline(true);
  await expect(page.locator(".banner")).toContainText("You are offline");
  await send(page, "ada", "60");
  await expect(waiting(page)).toContainText("ada · 60");
  await expect(page.locator('[data-player="ada"]')).toHaveClass(/pending/);
  expect(await server.rows()).toEqual([["bob", 50]]);
  await context.setOffline(false);
  await expect(counted(page)).toBeVisible();
  await expect(waiting(page)).toHaveCount(0);
  await expect(page.locator(".banner")).toHaveCount(0);
  expect(await server.entry("ada")).toMatchObject({ score: 60, attempts: 1 });
  expectOnlyTheBrowser(complaints);
});

test("a score that waits outlives the page", async ({ page, server, complaints }) => {
  await server.submit("bob", 50);
  await open(page);
  await page.route("**/fn/submit_score", (route) => route.abort());
  await send(page, "ada", "60");
  await expect(waiting(page)).toHaveCount(1);
  await page.reload();
  await live(page);
  await expect(waiting(page)).toContainText("ada · 60 (main)");
  await expect(page.locator('[data-player="ada"]')).toHaveClass(/pending/);
  // On another board it is not taken for one of that.
  await server.create("laps");
  await page.goto("/b/laps");
  await live(page);
  await waiting(page).getByRole("link", { name: "main" }).click();
  await expect(page.locator("h1")).toHaveText("Main board");
  await live(page);
  await page.unroute("**/fn/submit_score");
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect(waiting(page)).toHaveCount(0);
  await expect(page.locator('[data-player="ada"]')).not.toHaveClass(/pending/);
  expect(await server.entry("ada")).toMatchObject({ score: 60, attempts: 1 });
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("lp:score:")))).toEqual([]);
  expect(complaints.every((text) => text.includes("net::ERR_FAILED"))).toBe(true);
  complaints.length = 0;
});

test("a score that waits in two tabs is settled in both", async ({ page, context, server, complaints }) => {
  await server.create("sum", { keep: "sum" });
  await server.submit("ada", 5, "sum");
  await open(page, "sum");
  await page.route("**/fn/submit_score", (route) => route.abort());
  await send(page, "ada", "60");
  await expect(waiting(page)).toHaveCount(1);
  const other = await context.newPage();
  const its = collectComplaints(other);
  await other.route("**/fn/submit_score", (route) => route.abort());
  await open(other, "sum");
  await expect(waiting(other)).toHaveCount(1);
  await expect(other.locator('[data-player="ada"]')).toHaveClass(/pending/);
  await page.unroute("**/fn/submit_score");
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect(counted(page)).toBeVisible();
  for (const tab of [page, other]) {
    await expect(waiting(tab)).toHaveCount(0);
    await expect.poll(() => shown(tab)).toEqual([["1", "ada", "65"]]);
    await expect(tab.locator('[data-player="ada"]')).not.toHaveClass(/pending/);
  }
  expect(await server.entry("ada", "sum")).toMatchObject({ score: 65, attempts: 2 });
  expect([...complaints, ...its].every((text) => text.includes("net::ERR_FAILED"))).toBe(true);
  complaints.length = 0;
});

test("a score that waits and is refused is told of wherever one is by then", async ({ page, server, complaints }) => {
  await server.create("laps", { maxScore: 100 });
  await open(page, "laps");
  await page.route("**/fn/submit_score", (route) => route.abort());
  await send(page, "ada", "101");
  await expect(waiting(page)).toHaveCount(1);
  await page.getByRole("link", { name: "Boards", exact: true }).first().click();
  await expect(page.locator(".cards")).toBeVisible();
  await page.unroute("**/fn/submit_score");
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  const told = page.getByRole("alert").filter({ hasText: "ada · 101 (laps): Taken back. This board takes no score above 100." });
  await expect(told).toBeVisible();
  await told.getByRole("link", { name: "laps" }).click();
  await live(page);
  await expect(told).toBeVisible();
  await told.getByRole("button", { name: "Close" }).click();
  await expect(told).toHaveCount(0);
  // Loaded again, a page does not know what it sent.
  await page.route("**/fn/submit_score", (route) => route.abort());
  await send(page, "ada", "102");
  await expect(waiting(page)).toHaveCount(1);
  await page.reload();
  await live(page);
  await expect(waiting(page)).toHaveCount(1);
  await page.unroute("**/fn/submit_score");
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect(page.getByRole("alert").filter({ hasText: "ada · 102 (laps): Taken back." })).toBeVisible();
  await expect(waiting(page)).toHaveCount(0);
  expectOnlyTheBrowser(complaints.filter((text) => !text.includes("net::ERR_FAILED")));
  complaints.length = 0;
});

test("however many are refused, each says so", async ({ page, server, complaints }) => {
  await server.edit({ maxScore: 100 });
  await open(page);
  const names = ["ada", "bob", "cid", "dan", "eve"];
  for (const name of names) {
    await send(page, name, "101");
    await expect(page.locator('.notices [data-outcome="rolled-back"]').filter({ hasText: name })).toBeVisible();
  }
  await send(page, "fay", "99");
  await expect(counted(page)).toBeVisible();
  await expect(page.locator('.notices [data-outcome="rolled-back"]')).toHaveCount(names.length);
  expectOnlyTheBrowser(complaints);
});

test("a badge says for a while how far somebody has come, also where there is no network", async ({ page, context, server, complaints }) => {
  await server.send("main", ["ada", "bob", "cid", "dan"].map((playerId, n) => ({ playerId, score: 40 - 10 * n })));
  await open(page);
  await prepared(page);
  await context.setOffline(true);
  await expect(page.locator(".banner")).toContainText("You are offline");
  await send(page, "dan", "35");
  const badge = page.locator('[data-player="dan"] .moved');
  await expect(badge).toHaveText(/2$/);
  await expect(badge).toHaveAttribute("data-dir", "up");
  await expect(page.locator('[data-player="dan"] .score')).toHaveAttribute("data-tick", "1");
  await expect(page.locator('[data-player="ada"] .score')).not.toHaveAttribute("data-tick");
  await expect(page.locator(".moved")).toHaveCount(1);
  await expect(badge).toHaveCount(0);
  await context.setOffline(false);
  await expect(counted(page)).toBeVisible();
  expectOnlyTheBrowser(complaints);
});

test("the first three have medals, and who shares a rank is marked", async ({ page, server }) => {
  await server.create("laps", { rankMode: "competition" });
  await server.send("laps", [["ada", 9], ["bob", 8], ["cid", 8], ["dan", 7]].map(([playerId, score]) => ({ playerId, score })));
  await open(page, "laps");
  const rows = await page.locator("tbody tr.row").evaluateAll((rows) =>
    rows.map((row) => {
      const rank = row.querySelector("td.rank span");
      return [row.dataset.player, rank.textContent, getComputedStyle(rank, "::before").content.includes("="), getComputedStyle(rank).backgroundColor];
    }),
  );
  const none = "rgba(0, 0, 0, 0)";
  expect(rows).toEqual([
    ["ada", "1", false, "rgb(242, 203, 85)"],
    ["bob", "2", true, "rgb(211, 216, 224)"],
    ["cid", "2", true, "rgb(211, 216, 224)"],
    ["dan", "4", false, none],
  ]);
});

test("a score whose answer was lost is sent again, and counted once", async ({ page, server, complaints }) => {
  await open(page);
  let sent = 0;
  await page.route("**/fn/submit_score", async (route) => {
    sent += 1;
    if (sent > 1) return route.continue();
    await route.fetch();
    await route.abort();
  });
  await send(page, "ada", "60");
  await expect(counted(page)).toBeVisible();
  expect(sent).toBe(2);
  expect(await server.entry("ada")).toMatchObject({ score: 60, attempts: 1 });
  await expect.poll(() => shown(page)).toEqual([["1", "ada", "60"]]);
  expect(complaints.every((text) => text.includes("net::ERR_FAILED"))).toBe(true);
  complaints.length = 0;
});

test("a board that keeps the best is sent the best alone of what waits", async ({ page, context, server, complaints }) => {
  await open(page);
  await prepared(page);
  await context.setOffline(true);
  await expect(page.locator(".banner")).toContainText("You are offline");
  for (const score of ["10", "30", "20"]) await send(page, "ada", score);
  await expect(waiting(page)).toHaveText(/ada · 30/);
  await expect(page.getByText("Not needed: a better one of theirs waits to be sent.")).toHaveCount(2);
  await context.setOffline(false);
  await expect(waiting(page)).toHaveCount(0);
  await expect.poll(() => server.rows()).toEqual([["ada", 30]]);
  expect(await server.entry("ada")).toMatchObject({ score: 30, attempts: 1 });
  expectOnlyTheBrowser(complaints);
});

test("a board that adds up is sent all that waits", async ({ page, context, server, complaints }) => {
  await server.create("sum", { keep: "sum" });
  await server.submit("ada", 5, "sum");
  await open(page, "sum");
  await prepared(page);
  await context.setOffline(true);
  await expect(page.locator(".banner")).toContainText("You are offline");
  for (const score of ["10", "30", "20"]) await send(page, "ada", score);
  await expect(waiting(page)).toHaveCount(3);
  await expect.poll(() => shown(page)).toEqual([["1", "ada", "65"]]);
  await context.setOffline(false);
  await expect(waiting(page)).toHaveCount(0);
  await expect.poll(() => server.entry("ada", "sum")).toMatchObject({ score: 65, attempts: 4 });
  await expect(page.locator('[data-player="ada"]')).not.toHaveClass(/pending/);
  expect(await shown(page)).toEqual([["1", "ada", "65"]]);
  expectOnlyTheBrowser(complaints);
});

test("a board that is paused stays as it is, and catches up", async ({ page, server }) => {
  await server.submit("ada", 10);
  await open(page);
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.locator(".connection")).toHaveText("Paused");
  await server.submit("bob", 20);
  await server.submit("ada", 15);
  // A socket that is not paused has been told by then.
  const other = await page.context().newPage();
  await other.goto(`${server.url}/b/main`);
  await expect(other.locator(".players")).toHaveText("2 players");
  expect(await shown(page)).toEqual([["1", "ada", "10"]]);
  await page.getByRole("button", { name: "Go on" }).click();
  await expect.poll(() => shown(page)).toEqual([
    ["1", "bob", "20"],
    ["2", "ada", "15"],
  ]);
  await live(page);
});

test("a score that is sent while the board is paused counts", async ({ page, server }) => {
  await server.submit("bob", 20);
  await open(page);
  await page.getByRole("button", { name: "Pause" }).click();
  await send(page, "ada", "30");
  await expect(counted(page)).toBeVisible();
  expect(await server.entry("ada")).toMatchObject({ score: 30, attempts: 1 });
  await page.getByRole("button", { name: "Go on" }).click();
  await expect.poll(() => shown(page)).toEqual([
    ["1", "ada", "30"],
    ["2", "bob", "20"],
  ]);
});
