// The parts of the module: a page loads its own, with the module and not after it, and does without one that can't be loaded.
import { appendFileSync, cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, live, others, send, shown, test } from "./leaderport.js";

/** The names of the parts that a page asks for from now on. Those that several have in common are left out. */
function asked(page) {
  const parts = [];
  page.on("request", (request) => {
    const part = /\/pkg\/\w+\/split_(?!send)(\w+)\./.exec(request.url())?.[1];
    if (part && !parts.includes(part)) parts.push(part);
  });
  return parts;
}

for (const [path, part] of [["/", ["lobby"]], ["/b/main", ["board"]], ["/play", ["desk"]], ["/admin", ["desk"]], ["/me", []]]) {
  test(`${path} loads ${part.length ? "its part" : "none"}, once`, async ({ page }) => {
    const parts = asked(page);
    const all = [];
    page.on("response", (response) => response.url().endsWith(".wasm") && all.push(response.url()));
    await page.goto(path);
    await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith(".wasm")));
    await page.waitForLoadState("networkidle");
    expect(parts).toEqual(part);
    expect(all).toEqual([...new Set(all)]);
  });
}

/** How many bytes a file is as it is sent to who takes brotli. */
function sent(url) {
  return new Promise((done, fail) => {
    const asked = request(url, { headers: { "accept-encoding": "br" } }, (answer) => {
      let bytes = 0;
      answer.on("data", (data) => (bytes += data.length)).on("end", () => done(answer.headers["content-encoding"] === "br" ? bytes : NaN));
    });
    asked.on("error", fail).end();
  });
}

test("what a player's pages load is 200 kB of WebAssembly or less", async ({ page }) => {
  for (const path of ["/", "/b/main", "/play", "/me"]) {
    const modules = new Set();
    const note = (request) => /\.wasm$/.test(request.url()) && !/split_send/.test(request.url()) && modules.add(request.url());
    page.on("request", note);
    await page.goto(path);
    await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith(".wasm")));
    await page.waitForLoadState("networkidle");
    page.off("request", note);
    const bytes = await Promise.all([...modules].map(sent));
    expect(bytes.length).toBeGreaterThan(0);
    expect(bytes.reduce((sum, of) => sum + of, 0), path).toBeLessThanOrEqual(200_000);
  }
});

test("parts come with the module, not after it", async ({ page }) => {
  const parts = asked(page);
  let release;
  const released = new Promise((done) => (release = done));
  await page.route("**/pkg/*/leaderport.*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  await page.goto("/b/main");
  await expect.poll(() => parts).toEqual(["board"]);
  release();
  await live(page);
});

test("no file of a build is asked for again", async ({ page }) => {
  const caching = new Map();
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith("/pkg/")) caching.set(pathname.split("/").at(-1).split(".")[0], response.headers()["cache-control"]);
  });
  await page.goto("/b/main");
  await live(page);
  expect([...caching.keys()]).toEqual(expect.arrayContaining(["leaderport", "__wasm_split", "split_board"]));
  expect([...new Set(caching.values())]).toEqual(["public, max-age=31536000, immutable"]);
});

test("a page is gone to by loading its part, and back without", async ({ page, server }) => {
  await server.submit("ada", 900);
  const parts = asked(page);
  await page.goto("/");
  await live(page);
  await page.evaluate(() => (window.isSame = true));
  await page.locator('.card a[href="/b/main"]').click();
  await live(page);
  expect(parts).toEqual(["lobby", "board"]);
  await page.getByRole("link", { name: "Boards", exact: true }).first().click();
  await expect(page.locator(".cards")).toBeVisible();
  expect(await page.evaluate(() => window.isSame)).toBe(true);
});

test("whoever goes to a page sees that it is loading", async ({ page, server }) => {
  await server.submit("ada", 900);
  await page.goto("/");
  await live(page);
  let release;
  const released = new Promise((done) => (release = done));
  await page.route("**/pkg/*/split_board.*", async (route) => {
    await released;
    await route.continue();
  });
  await page.locator('.card a[href="/b/main"]').click();
  await expect(page.locator("main .loading")).toBeVisible();
  await expect(page).toHaveURL(/\/b\/main$/);
  release();
  await live(page);
  await expect(page.locator("main .loading")).toHaveCount(0);
});

for (const [what, goes, comes] of [
  ["the network", ({ context }) => context.setOffline(true), ({ context }) => context.setOffline(false)],
  ["the server", ({ server }) => server.stop(), ({ server }) => server.start()],
]) {
  test(`a part that can't be loaded is told of, and is loaded when ${what} comes back`, async ({ page, context, server, complaints }) => {
    await server.submit("ada", 900);
    await page.goto("/");
    await live(page);
    await page.evaluate(() => (window.isSame = true));
    await goes({ context, server });
    await page.locator('.card a[href="/b/main"]').click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Not to be reached at the moment");
    await comes({ context, server });
    await page.getByRole("link", { name: "Boards", exact: true }).first().click();
    await expect(page.locator(".cards")).toBeVisible();
    await page.locator('.card a[href="/b/main"]').click();
    await live(page);
    expect(await page.evaluate(() => window.isSame)).toBe(true);
    expect(complaints.length).toBeGreaterThan(0);
    complaints.length = 0;
  });
}

test("a part of a build that is gone leads to the page of the build that is there", async ({ page, server, complaints }) => {
  await server.submit("ada", 900);
  await page.goto("/");
  await live(page);
  const site = mkdtempSync(join(tmpdir(), "leaderport-site-"));
  try {
    // Another build: one file of its folder has other bytes in it.
    cpSync(server.site, site, { recursive: true });
    const [script] = readdirSync(join(site, "pkg")).filter((name) => /^leaderport\.[^.]+\.js$/.test(name));
    appendFileSync(join(site, "pkg", script), "\n");
    await server.stop();
    server.site = site;
    await server.start();
    await page.locator('.card a[href="/b/main"]').click();
    await live(page);
    await expect(page).toHaveURL(/\/b\/main$/);
    expect(await shown(page)).toEqual([["1", "ada", "900"]]);
  } finally {
    rmSync(site, { recursive: true, force: true });
  }
  expect(others(complaints).filter((text) => !text.includes("'compile' on 'WebAssembly'"))).toEqual([]);
  complaints.length = 0;
});

test("a page whose part can't be loaded is as the server rendered it", async ({ page, server, complaints }) => {
  await server.submit("ada", 900);
  await page.route("**/pkg/*/split_board.*", (route) => route.abort());
  await page.goto("/b/main");
  await expect.poll(() => complaints.length).toBeGreaterThan(0);
  await expect(page.locator("tbody tr.row")).toHaveCount(1);
  await page.getByRole("navigation", { name: "Site" }).getByRole("link", { name: "Me" }).click();
  await expect(page).toHaveURL(/\/me$/);
  complaints.length = 0;
});

test("a score that can't be sent yet, because what sends it can't be loaded, stays where it was typed", async ({ page, server, complaints }) => {
  await server.submit("bob", 900);
  await page.route("**/pkg/*/split_send.*", (route) => route.abort());
  await page.goto("/b/main");
  await live(page);
  await send(page, "ada", "1000");
  await expect(page.locator("#form-error")).not.toBeEmpty();
  await expect(page.getByLabel("Score", { exact: true })).toHaveValue("1000");
  expect(await server.rows()).toEqual([["bob", 900]]);
  await page.unroute("**/pkg/*/split_send.*");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.locator('[data-player="ada"]')).toContainText("1,000");
  await expect(page.locator("#form-error")).toBeEmpty();
  await expect(page.getByLabel("Score", { exact: true })).toHaveValue("");
  complaints.length = 0;
});

test("what sends scores is loaded when somebody begins to type one", async ({ page }) => {
  const sending = [];
  page.on("request", (request) => /split_send/.test(request.url()) && sending.push(request.url()));
  // It is loaded at rest as well, which is not to be taken for this.
  await page.addInitScript(() => {
    const later = window.setTimeout;
    window.setTimeout = (act, ms, ...rest) => (ms === 2_000 ? 0 : later(act, ms, ...rest));
  });
  await page.goto("/b/main");
  await live(page);
  expect(sending).toEqual([]);
  await page.getByLabel("Name").focus();
  await expect.poll(() => sending.length).toBe(1);
});
