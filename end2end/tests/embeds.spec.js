// Boards within other pages: in a frame, by a script, over a stream; live in each.
import { readFileSync } from "node:fs";
import { createServer, get } from "node:http";
import { join } from "node:path";
import { violations } from "./axe.js";
import { expect, test as base } from "./leaderport.js";

/** `site(html)` is the address of a page of another origin; it needs no favicon. */
const test = base.extend({
  site: async ({}, use) => {
    const servers = [];
    await use(async (html) => {
      const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(`<!DOCTYPE html><title>Another page</title><link rel="icon" href="data:,">${html()}`));
      await new Promise((done) => server.listen(0, "127.0.0.1", done));
      servers.push(server);
      return `http://127.0.0.1:${server.address().port}`;
    });
    for (const server of servers) server.close();
  },
});

const names = (list) => list.locator(".lp-name").allTextContents();

/** What the README has for a page with frames. */
const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
const sizes = /\/embed\/main[^]*?(<script>[^]*?<\/script>)/.exec(readme)[1];

test("a frame in a page of another origin is live, and tells how high it is", async ({ page, server, site, complaints }) => {
  const blog = await site(
    () => `<iframe title="Another" srcdoc="Another"></iframe><iframe title="Board" src="${server.url}/embed/main?limit=3&theme=dark"></iframe>
      <iframe title="First" src="${server.url}/embed/main?limit=1"></iframe>${sizes}`,
  );
  await server.stop();
  server.flags = ["--allow-origin", blog];
  await server.start();
  await server.submit("ada", 10);
  await server.submit("bob", 5);
  await page.goto(blog);
  const board = page.frameLocator('[title="Board"]');
  const list = board.locator("ol");
  await expect.poll(() => names(list)).toEqual(["ada", "bob"]);
  await server.submit("bob", 20);
  await expect.poll(() => names(list)).toEqual(["bob", "ada"]);
  await server.submit("eve", 15);
  await expect.poll(() => names(list)).toEqual(["bob", "eve", "ada"]);
  const high = async (title) => (await page.locator(`[title="${title}"]`).boundingBox()).height;
  await expect.poll(() => high("Board")).toBeGreaterThan(160);
  // Each frame is as high as what is in it, also when that becomes less; others, and whatever else is told, are left alone.
  await expect.poll(() => high("First")).toBeLessThan(130);
  await page.evaluate(() => postMessage(null, "*"));
  const [before, others] = [await high("Board"), await high("Another")];
  expect(others).toBeGreaterThan(150);
  await server.api("DELETE", "/boards/main/entries?players=ada,bob");
  await expect.poll(() => names(list)).toEqual(["eve"]);
  await expect.poll(() => high("Board")).toBeLessThan(before - 50);
  expect(await high("Another")).toBe(others);
  // A link leads to the whole board, in a page of its own.
  await expect(board.getByRole("link", { name: "eve" })).toHaveAttribute("target", "_blank");
  expect(complaints).toEqual([]);
});

test("a page of an origin that nobody allowed has no frame", async ({ page, server, site, complaints }) => {
  const evil = await site(() => `<iframe src="${server.url}/embed/main"></iframe>`);
  await page.goto(evil);
  await expect.poll(() => complaints.some((text) => text.includes("frame-ancestors"))).toBe(true);
  complaints.length = 0;
});

test("the script shows a live board in any page", async ({ page, server, site, complaints }) => {
  await server.submit("ada", 1234);
  // Twice, as whoever has two boards may paste it: it is live once.
  const script = `<script async src="${server.url}/embed.js"></script>`;
  const shop = await site(() => `<div data-leaderport="main" data-limit="2"></div>${script}${script}`);
  const sockets = [];
  page.on("websocket", (socket) => sockets.push(socket));
  await page.goto(shop, { waitUntil: "load" });
  const lines = page.locator("[data-leaderport] li");
  await expect(lines).toHaveText([/1\s*ada\s*1,234/]);
  await server.submit("<b>bob</b>", 2000);
  await server.submit("eve", 1500);
  await expect(lines).toHaveText([/1\s*<b>bob<\/b>\s*2,000/, /2\s*eve\s*1,500/]);
  expect(sockets).toHaveLength(1);
  // It comes back when the server does.
  await server.stop();
  await server.start();
  await server.submit("joe", 9000);
  await expect(lines.first()).toHaveText(/joe/);
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !/WebSocket/.test(text)));
});

test("rows that come live are written as the page's language writes them, and the server has", async ({ page, server, complaints }) => {
  await server.submit("ada", 1234);
  await page.goto("/embed/main?lang=de");
  const scores = page.locator(".lp-score");
  await expect(scores).toHaveText(["1.234"]);
  await server.submit("bob", 2000);
  await expect(scores).toHaveText(["2.000", "1.234"]);
  await page.goto("/embed/main?lang=ar");
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(scores).toHaveText(["2,000", "1,234"]);
  // Also below zero.
  await server.submit("eve", -5);
  await expect(scores).toHaveText(["2,000", "1,234", "\u200e\u22125"]);
  const html = await (await fetch(`${server.url}/embed/main?lang=ar`)).text();
  expect(html).toContain(">\u200e\u22125<");
  expect(complaints).toEqual([]);
});

test("over a stream the board has no ground, large type, and moves", async ({ page, server, complaints }) => {
  await page.setViewportSize({ width: 640, height: 360 });
  for (const [player, score] of [["ada", 30], ["bob", 20], ["eve", 10]]) await server.submit(player, score);
  await page.goto("/overlay/main?limit=3");
  await expect.poll(() => names(page.locator("ol"))).toEqual(["ada", "bob", "eve"]);
  const ground = await page.evaluate(() => [document.documentElement, document.body].map((element) => getComputedStyle(element).backgroundColor));
  expect(ground).toEqual(["rgba(0, 0, 0, 0)", "rgba(0, 0, 0, 0)"]);
  const moving = page.waitForFunction(() => document.getAnimations().length > 0);
  await server.submit("eve", 40);
  await moving;
  await expect.poll(() => names(page.locator("ol"))).toEqual(["eve", "ada", "bob"]);
  await page.screenshot({ path: "screenshots/overlay.png" });
  expect(complaints).toEqual([]);
});

for (const [view, viewport] of Object.entries({ desktop: { width: 640, height: 360 }, phone: { width: 390, height: 844 } })) {
  test(`an overlay is in order, ${view}`, async ({ page, server, complaints }) => {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await server.send("main", Array.from({ length: 6 }, (_, n) => ({ playerId: n ? `player ${n}` : "somebody with a name that is longer than the overlay is wide", score: 1000 * n + 7 })));
    await page.goto("/overlay/main");
    await expect(page.locator("li")).toHaveCount(6);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.screenshot({ path: `screenshots/overlay-${view}.png` });
    expect(complaints).toEqual([]);
  });
}

test("the script of other pages is 1 KB", async ({ server }) => {
  // As it is sent.
  const answer = await new Promise((done) => get(`${server.url}/embed.js`, { headers: { "accept-encoding": "br" } }, done));
  expect([answer.statusCode, answer.headers["content-encoding"]]).toEqual([200, "br"]);
  let bytes = 0;
  for await (const part of answer) bytes += part.length;
  expect(bytes).toBeLessThanOrEqual(1_024);
});

test("an overlay in high contrast is in order", async ({ page, server, complaints }) => {
  for (const [player, score] of [["ada", 1234], ["bob", 20]]) await server.submit(player, score);
  await page.goto("/overlay/main?theme=contrast");
  await expect(page.locator("li")).toHaveCount(2);
  expect(await violations(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

for (const theme of ["light", "dark", "contrast"]) {
  test(`a frame's page is in order, ${theme}`, async ({ page, server, complaints }) => {
    await page.setViewportSize({ width: 320, height: 400 });
    await server.send("main", Array.from({ length: 6 }, (_, n) => ({ playerId: n ? `player ${n}` : "somebody with a name that is longer than the frame", score: 1000 * n + 7 })));
    await page.goto(`/embed/main?theme=${theme}`);
    await expect(page.locator("li")).toHaveCount(6);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.screenshot({ path: `screenshots/embed-${theme}.png` });
    const badge = await page.request.get("/badge/main/player%205.svg");
    expect([badge.status(), badge.headers()["content-type"]]).toEqual([200, "image/svg+xml"]);
    expect(complaints).toEqual([]);
  });
}
