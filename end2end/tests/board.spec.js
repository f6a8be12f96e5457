import { expect, live, others, prepared, send, shown, test } from "./leaderport.js";

test("the page is live and says nothing on the console", async ({ page, server }) => {
  await server.submit("ada", 1200);
  await server.submit("bob", 1300);
  await page.goto("/b/main");
  await live(page);
  expect(await shown(page)).toEqual([
    ["1", "bob", "1,300"],
    ["2", "ada", "1,200"],
  ]);
  await expect(page.locator(".players")).toHaveText("2 players");
  await expect(page).toHaveTitle("Main board · LeaderPort");
});

test("a score that comes in shows on every page, and rows keep their nodes", async ({ page, browser, server }) => {
  await server.submit("ada", 1200);
  await server.submit("bob", 1300);
  const context = await browser.newContext();
  const other = await context.newPage();
  for (const viewer of [page, other]) {
    await viewer.goto(`${server.url}/b/main`);
    await live(viewer);
    await viewer.evaluate(() => (document.querySelector('[data-player="ada"]').mark = "kept"));
  }
  await server.submit("ada", 1400);
  for (const viewer of [page, other]) {
    await expect.poll(() => shown(viewer), { timeout: 5_000 }).toEqual([
      ["1", "ada", "1,400"],
      ["2", "bob", "1,300"],
    ]);
    expect(await viewer.evaluate(() => document.querySelector('[data-player="ada"]').mark)).toBe("kept");
  }
  await context.close();
});

test("a score sent on one page shows on another at once", async ({ page, browser, server }) => {
  const context = await browser.newContext();
  const other = await context.newPage();
  await page.goto("/b/main");
  await other.goto(`${server.url}/b/main`);
  await live(page);
  await live(other);
  await expect(other.locator(".empty")).toContainText("No scores yet");
  await prepared(page);
  await send(page, "ada", "1200");
  await expect(other.locator('[data-player="ada"]')).toContainText("1,200", { timeout: 5_000 });
  await expect(other.locator(".empty")).toHaveCount(0);
  await context.close();
});

test("a thousand changes leave the page as the server is", async ({ page, server }) => {
  // High enough for fifty rows.
  await page.setViewportSize({ width: 1280, height: 2_600 });
  await page.goto("/b/main");
  await live(page);
  for (let round = 0; round < 10; round++) {
    await Promise.all(Array.from({ length: 100 }, (_, n) => server.submit(`p${n % 70}`, ((round * 100 + n) * 7919) % 1000)));
  }
  const expected = (await server.rows()).map(([player, score], at) => [String(at + 1), player, String(score)]);
  await expect.poll(() => shown(page).then((rows) => rows.slice(0, 50))).toEqual(expected.slice(0, 50));
  await page.locator(".scroller").press("End");
  await expect.poll(() => shown(page).then((rows) => rows.slice(-50))).toEqual(expected.slice(-50));
  await expect(page.locator(".players")).toHaveText("70 players");
});

test("the server goes, the page says so, the server comes back, the page catches up by itself", async ({ page, server, complaints }) => {
  await server.submit("ada", 1200);
  await page.goto("/b/main");
  await live(page);
  await prepared(page);
  await page.evaluate(() => (window.mark = "never reloaded"));
  await server.stop();
  await expect(page.locator(".connection")).toHaveText("Connection lost, trying again…");
  // What is sent meanwhile waits, and is sent when the server is back.
  await send(page, "eve", "5");
  await expect(page.locator(".waiting li")).toContainText("eve · 5");
  await expect(page.locator('[data-player="eve"]')).toHaveClass(/pending/);
  await server.start();
  await server.submit("bob", 1300);
  await expect(page.locator('[data-player="bob"]')).toContainText("1,300");
  await live(page);
  await expect.poll(() => shown(page)).toEqual([
    ["1", "bob", "1,300"],
    ["2", "ada", "1,200"],
    ["3", "eve", "5"],
  ]);
  await expect(page.locator(".waiting li")).toHaveCount(0);
  expect(await page.evaluate(() => window.mark)).toBe("never reloaded");
  // The browser itself reports each failed try.
  expect(others(complaints)).toEqual([]);
  complaints.length = 0;
});

test("a network that comes back is not waited for", async ({ page, server }) => {
  await page.goto("/b/main");
  await live(page);
  const sockets = [];
  page.on("websocket", (socket) => sockets.push(socket));
  // The old socket may be dead without anybody having said so.
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect.poll(() => sockets.length).toBe(1);
  await live(page);
  await server.submit("ada", 1200);
  await expect(page.locator('[data-player="ada"]')).toContainText("1,200");
});

test("an address that leads nowhere says so", async ({ page, complaints }) => {
  const answer = await page.goto("/nowhere");
  expect(answer.status()).toBe(404);
  await page.getByRole("link", { name: "To the boards" }).click();
  await page.getByRole("link", { name: "Main board" }).click();
  await live(page);
  // The browser reports the page's own 404.
  expect(complaints).toEqual([expect.stringContaining("404")]);
  complaints.length = 0;
});

for (const [name, viewport] of Object.entries({ phone: { width: 320, height: 640 }, desktop: { width: 1280, height: 800 } })) {
  test(`nothing sticks out on a ${name}`, async ({ page, server }) => {
    await page.setViewportSize(viewport);
    await server.submit("W".repeat(64), 9007199254740991);
    await server.submit("x", -9007199254740991);
    await page.goto("/b/main");
    await live(page);
    await send(page, "W".repeat(32), "9007199254740991");
    await expect(page.locator('.notices [data-outcome="counted"]')).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
    const cut = await page.locator("td.score").evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).length);
    expect(cut).toBe(0);
  });
}

test("a frozen board stands still on every page, says so, and shows all at once when it opens", async ({ page, browser, server }) => {
  await server.submit("ada", 1200);
  await server.submit("bob", 1300);
  await page.goto("/b/main");
  await live(page);
  await server.api("POST", "/boards/main/freeze");
  const banner = page.locator('.banner[data-kind="frozen"]');
  await expect(banner).toContainText("Frozen");
  await send(page, "eve", "1500");
  await expect(page.locator(".notices li")).toHaveAttribute("data-outcome", "taken");
  await expect(page.locator(".notices li")).toContainText("It counts. The board is frozen");
  await server.submit("ada", 1400);
  const before = [
    ["1", "bob", "1,300"],
    ["2", "ada", "1,200"],
  ];
  expect(await shown(page)).toEqual(before);
  // Without JavaScript, too.
  const context = await browser.newContext({ javaScriptEnabled: false });
  const plain = await context.newPage();
  await plain.goto(`${server.url}/b/main`);
  await expect(plain.locator('.banner[data-kind="frozen"]')).toBeVisible();
  await plain.getByLabel("Name", { exact: true }).fill("gil");
  await plain.getByLabel("Score", { exact: true }).fill("1");
  await plain.getByRole("button", { name: "Send" }).click();
  await expect(plain.getByText("It counts. The board is frozen")).toBeVisible();
  await expect(plain.locator("tr[data-player]")).toHaveCount(2);
  await context.close();

  await server.api("DELETE", "/boards/main/freeze");
  await expect(banner).toHaveCount(0);
  await expect.poll(() => shown(page)).toEqual([
    ["1", "eve", "1,500"],
    ["2", "ada", "1,400"],
    ["3", "bob", "1,300"],
    ["4", "gil", "1"],
  ]);
});

test("who is passed keeps the focus, and rows are in their order for whoever reads them one by one", async ({ page, server }) => {
  await server.send("main", [["ada", 30], ["bob", 20], ["cid", 10], ["dan", 5]].map(([playerId, score]) => ({ playerId, score })));
  await page.goto("/b/main");
  await live(page);
  const order = () => page.locator("tbody tr.row").evaluateAll((rows) => rows.map((row) => row.dataset.player));
  const focused = () => page.evaluate(() => document.activeElement.closest("tr")?.dataset.player);
  for (const player of ["ada", "bob"]) {
    await page.locator(`[data-player="${player}"] a`).focus();
    await page.locator(`[data-player="${player}"]`).evaluate((row) => (row.isSame = true));
  }
  await server.submit("dan", 40);
  await expect.poll(order).toEqual(["dan", "ada", "bob", "cid"]);
  expect(await focused()).toBe("bob");
  await server.submit("cid", 35);
  await server.submit("eve", 25);
  await expect.poll(order).toEqual(["dan", "cid", "ada", "eve", "bob"]);
  expect(await focused()).toBe("bob");
  expect(await page.locator("tbody tr.row").evaluateAll((rows) => rows.filter((row) => row.isSame).length)).toBe(2);
});
